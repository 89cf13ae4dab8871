#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"
#include "internal.h"

const ck_table *ck_kernels_named(const char *name) {
  if (strcmp(name, "portable") == 0) return &ck_table_portable;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return &ck_table_avx2;
  if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &ck_table_avx512;
#endif
  return 0;
}

const ck_table *ck_kernels(void) {
  static _Atomic(const ck_table *) chosen;
  const ck_table *table = atomic_load(&chosen);
  if (table) return table;
  const char *levels[] = {"avx512", "avx2", "portable"};
  const char *wanted = getenv("PMM_KERNELS");
  int start = 0;
  for (int i = 0; wanted && i < 3; i++)
    if (strcmp(wanted, levels[i]) == 0) start = i;
  for (int i = start; i < 3 && !table; i++) table = ck_kernels_named(levels[i]);
  atomic_store(&chosen, table);
  return table;
}
