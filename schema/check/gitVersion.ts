import { spawnSync } from 'node:child_process';

/** The call is at fault, or where it was made: no such ref, no repository. The message says what to do. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

export interface Base {
  /** The commit's full hash. */
  readonly commit: string;
  /** How the commit was found, for the reader. */
  readonly description: string;
}

/** The branches that changes are merged into; the remote one first, since it is the one that counts when the local one is behind. */
const MAIN_BRANCHES = ['origin/main', 'main'];

/**
 * The commit that the working tree is compared with: `ref`, or where the branch left main. A clone of a part of the history may not know where that was; then it is the
 * tip of main. Throws `CallError`.
 */
export function findBase(root: string, ref?: string): Base {
  if (git(root, 'rev-parse', '--git-dir') === undefined) {
    throw new CallError(`${root} is in no git repository, or git is not installed: there is nothing to compare with.`);
  }
  if (ref !== undefined) {
    const commit = commitOf(root, ref);
    if (!commit)
      throw new CallError(`There is no commit "${ref}" in this repository. A remote's branch has to be fetched first.`);
    return { commit, description: `${ref} (${short(commit)})` };
  }
  for (const branch of MAIN_BRANCHES) {
    const tip = commitOf(root, branch);
    if (!tip) continue;
    const left = git(root, 'merge-base', 'HEAD', tip)?.trim();
    if (left) return { commit: left, description: `${branch} (${short(left)})` };
    return {
      commit: tip,
      description: `the tip of ${branch} (${short(tip)}), since this clone does not know where HEAD left it`,
    };
  }
  throw new CallError(`There is neither ${MAIN_BRANCHES.join(' nor ')} here; name what to compare with by --base REF.`);
}

/** The text of a file at a commit, by its path relative to `root`; undefined when it was not there. */
export function fileAt(root: string, commit: string, path: string): string | undefined {
  return git(root, 'show', `${commit}:./${path}`);
}

/** The paths of a folder's files at a commit, relative to `root`. */
export function filesAt(root: string, commit: string, folder: string): string[] {
  return (git(root, 'ls-tree', '-r', '-z', '--name-only', commit, `${folder}/`) ?? '').split('\0').filter(Boolean);
}

function commitOf(root: string, ref: string): string | undefined {
  // Behind --end-of-options a ref that begins with a dash is no option.
  return git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)?.trim();
}

function short(commit: string): string {
  return commit.slice(0, 8);
}

/** What git prints, undefined when it fails. */
function git(root: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 256 * 1024 * 1024,
  });
  return status === 0 ? stdout : undefined;
}
