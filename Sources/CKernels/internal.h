/* Shared by the kernels' sources, not seen by Swift. */
#ifndef CK_INTERNAL_H
#define CK_INTERNAL_H
#include "ckernels.h"

/* Mask words of dropout: a 32-bit mixer of (index, two words of key), cheap enough to be made again in backward. */
static inline uint32_t ck_mask_word(uint32_t index, uint32_t k0, uint32_t k1) {
  uint32_t h = (index * 0x9E3779B1u) ^ k0;
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h += k1;
  h ^= h >> 15;
  h *= 0x846ca68bu;
  return h ^ (h >> 16);
}

static inline uint64_t ck_mask_stream(uint64_t key, uint64_t high) { return ck_mix(key + 0x9E3779B97F4A7C15ULL * (high + 1)); }

static inline uint32_t ck_mask_threshold(double rate) {
  if (rate <= 0) return 0;
  double t = rate * 4294967296.0;
  return t >= 4294967295.0 ? 4294967295u : (uint32_t)t;
}

/* Blocks of about this many elements for one-pass kernels. */
enum { CK_BLOCK = 16384 };
static inline long ck_blocks(long n, long size) { return (n + size - 1) / size; }
static inline long ck_min(long a, long b) { return a < b ? a : b; }

/* Memory inside a kernel; a failure is noted and thrown by the op. */
void *_Nullable ck_scratch(size_t bytes);

extern const ck_table ck_table_portable;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2, ck_table_avx512;
#endif
#endif
