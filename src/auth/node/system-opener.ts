/** By a name: bundled as CommonJS and loaded by `import()`, a default export would be the default of a default. */
export { default as open } from 'open';
