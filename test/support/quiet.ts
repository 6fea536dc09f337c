// Warnings of models are asserted where they matter; printed, they would drown the report.
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;
