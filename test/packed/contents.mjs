/** What is in the tarball. */
import assert from 'node:assert/strict';

export const contentChecks = [
  {
    name: 'the tarball holds the build, its papers and nothing else',
    run({ files }) {
      const allowed = /^(?:dist\/[^/]+\.(?:js|cjs|d\.ts|d\.cts)|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
      assert.deepEqual(
        files.filter((file) => !allowed.test(file)),
        [],
      );
      for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md'])
        assert.ok(files.includes(file), `${file} is missing`);
    },
  },
];
