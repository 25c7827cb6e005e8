/** Orders two release numbers (`"3.10.1"` after `"3.9.0"`); a pre-release sorts before its release. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// A pre-release marker counts as -1, so that 3.0.0rc1 = [3, 0, 0, -1, 1] < 3.0.0 = [3, 0, 0].
function parts(version: string): readonly number[] {
  const known = read.get(version);
  if (known) return known;
  const fresh = partsOf(version);
  read.set(version, fresh);
  return fresh;
}

const read = new Map<string, readonly number[]>();

function partsOf(version: string): readonly number[] {
  const release = version.split("+")[0] ?? "";
  return [...release.matchAll(/\d+|[a-z]+/gi)].map(([part]) =>
    /\d/.test(part) ? Number(part) : /^post$/i.test(part) ? 0 : -1,
  );
}
