/** The error numbers that rules answer with and that checks expect (asm-generic/errno-base.h, errno.h). */
export const LinuxErrno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EINVAL: 22,
  EMFILE: 24,
  ENOSYS: 38,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
} as const;

export type LinuxErrno = (typeof LinuxErrno)[keyof typeof LinuxErrno];

/** `EPERM` for 1; `errno 61` for one without a name here. */
export function nameErrno(errno: number): string {
  const entry = Object.entries(LinuxErrno).find(([, value]) => value === errno);
  return entry === undefined ? `errno ${String(errno)}` : entry[0];
}
