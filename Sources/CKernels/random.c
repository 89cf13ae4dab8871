#include <math.h>

#include "ckernels.h"
#include "internal.h"

uint64_t ck_mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

void ck_philox(uint64_t key, uint64_t index, uint32_t out[4]) {
  uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = 0, c3 = 0;
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static double unit(uint32_t high, uint32_t low) {
  uint64_t bits = ((uint64_t)high << 32 | low) >> 12;  /* 52 bits, then half a step up: never 0, never 1 */
  return ((double)bits + 0.5) * 0x1p-52;
}

double ck_uniform(uint64_t key, uint64_t index) {
  uint32_t w[4];
  ck_philox(key, index >> 1, w);
  return index & 1 ? unit(w[2], w[3]) : unit(w[0], w[1]);
}

/* Box-Muller: elements 2 index and 2 index + 1. */
static void normal_pair(uint64_t key, uint64_t index, double out[2]) {
  uint32_t w[4];
  ck_philox(key, index, w);
  double radius = sqrt(-2 * log(unit(w[0], w[1]))), angle = 6.283185307179586477 * unit(w[2], w[3]);
  out[0] = radius * cos(angle);
  out[1] = radius * sin(angle);
}

double ck_normal(uint64_t key, uint64_t index) {
  double pair[2];
  normal_pair(key, index >> 1, pair);
  return pair[index & 1];
}

typedef struct {
  uint64_t key;
  long n;
  double scale;
  float *single;
  double *full;
} fill_job;

static void fill_block(void *context, long block) {
  const fill_job *j = context;
  long end = ck_min((block + 1) * 4096, j->n);
  for (long i = block * 4096; i < end; i += 2) {
    double pair[2];
    normal_pair(j->key, (uint64_t)i >> 1, pair);
    for (long k = i; k < end && k < i + 2; k++) {
      if (j->single) j->single[k] = (float)(j->scale * pair[k & 1]);
      if (j->full) j->full[k] = j->scale * pair[k & 1];
    }
  }
}

void ck_fill_normal(uint64_t key, long n, double scale, float *single, double *full) {
  fill_job j = {key, n, scale, single, full};
  ck_parallel(fill_block, &j, ck_blocks(n, 4096));
}

bool ck_keep(uint64_t key, uint64_t index, double rate) {
  uint64_t stream = ck_mask_stream(key, index >> 32);
  return ck_mask_word((uint32_t)index, (uint32_t)stream, (uint32_t)(stream >> 32)) >= ck_mask_threshold(rate);
}
