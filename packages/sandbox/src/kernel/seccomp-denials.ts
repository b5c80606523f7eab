/**
 * System calls that no plugin gets, by the reason why.
 *
 * Node needs none of them after its start (checked by running its workloads behind the filter). A name
 * that an architecture lacks is simply absent there. What depends on the policy or on arguments is in
 * seccomp-rules.ts.
 *
 * @module
 */

/** Acts on other processes: memory, registers, files, priorities. */
const OTHER_PROCESSES = [
  'kcmp',
  'get_robust_list',
  'migrate_pages',
  'move_pages',
  'pidfd_getfd',
  'pidfd_open',
  'pidfd_send_signal',
  'process_madvise',
  'process_mrelease',
  'process_vm_readv',
  'process_vm_writev',
  'ptrace',
  'rt_sigqueueinfo',
  'rt_tgsigqueueinfo',
  'ioprio_set',
  'sched_setaffinity',
  'sched_setattr',
  'sched_setparam',
  'sched_setscheduler',
  'setpriority',
];

/** Leaves the process group that the host kills, or changes whose rights apply. */
const IDENTITY = [
  'capset',
  'chroot',
  'pivot_root',
  'setfsgid',
  'setfsuid',
  'setgid',
  'setgroups',
  'setns',
  'setpgid',
  'setregid',
  'setresgid',
  'setresuid',
  'setreuid',
  'setsid',
  'setuid',
  'unshare',
];

/** Mounts, quotas, device nodes, handles that pass by the path checks, and names outside that Landlock does not hide. */
const FILE_SYSTEMS = [
  'fanotify_init',
  'fanotify_mark',
  'fsconfig',
  'fsmount',
  'fsopen',
  'fspick',
  'inotify_add_watch',
  'inotify_init',
  'inotify_init1',
  'lookup_dcookie',
  'mknod',
  'mknodat',
  'mount',
  'mount_setattr',
  'move_mount',
  'name_to_handle_at',
  'nfsservctl',
  'open_by_handle_at',
  'open_tree',
  'quotactl',
  'quotactl_fd',
  'swapoff',
  'swapon',
  'sync',
  'syncfs',
  'sysfs',
  'umount2',
  'ustat',
];

/** The kernel itself: modules, tracing, keys, clocks, the machine. */
const KERNEL = [
  '_sysctl',
  'acct',
  'add_key',
  'adjtimex',
  'bpf',
  'clock_adjtime',
  'clock_settime',
  'create_module',
  'delete_module',
  'finit_module',
  'get_kernel_syms',
  'init_module',
  'ioperm',
  'iopl',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'modify_ldt',
  'perf_event_open',
  'personality',
  'query_module',
  'reboot',
  'request_key',
  'sethostname',
  'setdomainname',
  'settimeofday',
  'syslog',
  'uselib',
  'userfaultfd',
  'vhangup',
];

/** Memory and queues shared with other processes, which no memory limit of the guest counts. */
const SHARED_MEMORY = [
  'memfd_create',
  'memfd_secret',
  'mlockall',
  'mq_getsetattr',
  'mq_notify',
  'mq_open',
  'mq_timedreceive',
  'mq_timedsend',
  'mq_unlink',
  'msgctl',
  'msgget',
  'msgrcv',
  'msgsnd',
  'remap_file_pages',
  'semctl',
  'semget',
  'semop',
  'semtimedop',
  'shmat',
  'shmctl',
  'shmdt',
  'shmget',
  'vmsplice',
];

/**
 * Queues in which the kernel carries out operations that no filter sees. `io_uring_enter` stays: libuv
 * opened its ring at start, and ends the process when it can no longer use it.
 */
const UNFILTERED_QUEUES = [
  'io_cancel',
  'io_destroy',
  'io_getevents',
  'io_pgetevents',
  'io_setup',
  'io_submit',
  'io_uring_register',
  'io_uring_setup',
];

/** What is denied under every policy. */
export const ALWAYS_DENIED: readonly string[] = [
  ...OTHER_PROCESSES,
  ...IDENTITY,
  ...FILE_SYSTEMS,
  ...KERNEL,
  ...SHARED_MEMORY,
  ...UNFILTERED_QUEUES,
];

/** New programs; denied with the calls of {@link PROCESS_CALLS} unless a policy allows subprocesses. */
export const PROGRAM_CALLS: readonly string[] = ['execve', 'execveat'];

/** New processes. `clone` makes threads too, and has rules of its own. */
export const PROCESS_CALLS: readonly string[] = ['fork', 'vfork'];

/** Connections that others make. */
export const ACCEPT_CALLS: readonly string[] = ['accept', 'accept4'];

/** New connections. Calls on sockets that are already open, such as the host's channel, stay. */
export const CONNECTION_CALLS: readonly string[] = [...ACCEPT_CALLS, 'bind', 'connect', 'listen', 'socket'];

/**
 * Changes of owner, mode, times and attributes by path. Landlock has no right for them, so a plugin
 * could change any file of its user; denied even where files may be written. The calls on open
 * descriptors stay there.
 */
export const METADATA_BY_PATH_CALLS: readonly string[] = [
  'chmod',
  'chown',
  'fchmodat',
  'fchownat',
  'futimesat',
  'lchown',
  'lremovexattr',
  'lsetxattr',
  'removexattr',
  'setxattr',
  'utime',
  'utimes',
];

/** Changes of files and directories that need no open for writing; denied unless a policy allows writing. */
export const FILE_CHANGE_CALLS: readonly string[] = [
  'creat',
  'fallocate',
  'fchmod',
  'fchown',
  'fremovexattr',
  'fsetxattr',
  'ftruncate',
  'link',
  'linkat',
  'mkdir',
  'mkdirat',
  'rename',
  'renameat',
  'renameat2',
  'rmdir',
  'symlink',
  'symlinkat',
  'truncate',
  'unlink',
  'unlinkat',
  'utimensat',
];

/** What takes rights or limits back and forth; closed once the last layer stands. */
export const LOCKDOWN_CALLS: readonly string[] = [
  'landlock_add_rule',
  'landlock_create_ruleset',
  'landlock_restrict_self',
  'seccomp',
  'setrlimit',
];

/** System calls newer than the tables. As every number that these do not list, they fail with ENOSYS. */
export const NEWER_CALLS: readonly string[] = [
  'cachestat',
  'fchmodat2',
  'file_getattr',
  'file_setattr',
  'futex_requeue',
  'futex_wait',
  'futex_wake',
  'getxattrat',
  'listmount',
  'listxattrat',
  'lsm_get_self_attr',
  'lsm_list_modules',
  'lsm_set_self_attr',
  'map_shadow_stack',
  'mseal',
  'open_tree_attr',
  'removexattrat',
  'setxattrat',
  'statmount',
  'uprobe',
  'uretprobe',
];
