/** The process groups of the guests that run. When the host ends in order, they are killed with it. */
const groups = new Set<number>();

function killAll(): void {
  for (const pid of groups) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

export function addLiveGuest(pid: number): void {
  if (groups.size === 0) process.on('exit', killAll);
  groups.add(pid);
}

export function removeLiveGuest(pid: number): void {
  groups.delete(pid);
  if (groups.size === 0) process.off('exit', killAll);
}
