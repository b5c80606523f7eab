/*
 * Makes a list of system calls while it is loaded, and nothing else.
 *
 * Node 22 and 24 have no FFI, but process.dlopen runs the constructor of any shared object. This one
 * maps the script that native-syscall-runner.ts appended to its own file, runs it step by step, and
 * leaves each result in it. What the calls are is decided there; here is no policy. Without a C library
 * it loads under glibc and musl alike. Node then complains that it is no add-on, which is ignored.
 */

typedef long word;

struct step {
  word number;    /* of the system call; -1: the result is the first argument */
  word args[6];
  word kinds;     /* 4 bits an argument: 0 a number, 1 an offset into the memory, 2 the result of a step */
  word store;     /* where in the memory the result is written; -1: nowhere */
  word result;    /* what the kernel answered: a value, or minus an error number */
};

struct script {
  word count;
  word memory;    /* offset of the memory from the start of the script */
  struct step steps[];
};

/* Filled in before loading. Volatile, or the compiler would work with the values that stand here. */
static volatile struct {
  char mark[16];
  word descriptor;
  word offset;
  word size;
} where = {"TRUTHOUND SCRIPT", -1, 0, 0};

#if defined(__x86_64__)
#define MMAP 9
#define MUNMAP 11
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word r10 __asm__("r10") = d;
  register word r8 __asm__("r8") = e;
  register word r9 __asm__("r9") = f;
  word result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
#define MMAP 222
#define MUNMAP 215
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word x8 __asm__("x8") = number;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e;
  register word x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#else
#error "only x86-64 and arm64"
#endif

static word resolve(const struct script *script, char *memory, const struct step *step, int index) {
  word value = step->args[index];
  switch ((step->kinds >> (4 * index)) & 15) {
    case 1:
      return (word)(memory + value);
    case 2:
      return script->steps[value].result;
    default:
      return value;
  }
}

__attribute__((constructor)) static void run(void) {
  word size = where.size;
  /* PROT_READ | PROT_WRITE, MAP_SHARED: what is written here stands in the file. */
  word address = call(MMAP, 0, size, 3, 1, where.descriptor, where.offset);
  if (address < 0 && address > -4096) return; /* no result is left: the caller sees that nothing ran */
  struct script *script = (struct script *)address;
  char *memory = (char *)script + script->memory;
  for (word index = 0; index < script->count; index += 1) {
    struct step *step = &script->steps[index];
    word a[6];
    for (int i = 0; i < 6; i += 1) a[i] = resolve(script, memory, step, i);
    word result = step->number < 0 ? a[0] : call(step->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    step->result = result;
    if (step->store >= 0) *(volatile word *)(memory + step->store) = result;
  }
  call(MUNMAP, address, size, 0, 0, 0, 0);
}
