// What no import of the package has to wait for: loaded together by the first call.
export { createSession } from './auth/session';
export { fetchUsage } from './catalog/fetch-usage';
export { createLiveCatalog } from './catalog/live-catalog';
export { createBackendGet } from './language-model/backend-get';
