import { fileEngine } from './support/engines';
import { describeHolderCases } from './support/holder-cases';

for (const engine of [fileEngine()]) describeHolderCases(engine);
