#include <string.h>

#include "ckernels.h"
#include "internal.h"

/* Dimensions of one slot are folded away, so there are fewer than a count of elements has bits. */
enum { MOST_DIMENSIONS = 64 };

typedef struct {
  int size, rank;
  const long *shape, *strides;
  const char *src;
  char *dst;
  long rows, rows_per_block;
  bool scatter;
} job;

#define MOVE(TYPE)                                                              \
  do {                                                                          \
    TYPE *d = (TYPE *)dense;                                                    \
    TYPE *v = (TYPE *)strided;                                                  \
    if (j->scatter) for (long i = 0; i < n; i++) v[i * step] = d[i];            \
    else if (step == 0) for (long i = 0; i < n; i++) d[i] = v[0];               \
    else for (long i = 0; i < n; i++) d[i] = v[i * step];                       \
  } while (0)

static void run(void *context, long block) {
  job *j = context;
  long n = j->shape[j->rank - 1], step = j->strides[j->rank - 1];
  long row = block * j->rows_per_block, end = ck_min(row + j->rows_per_block, j->rows);
  /* Where the first row stands; the others are counted on from there, since divisions would cost more than short rows. */
  long place[MOST_DIMENSIONS], rest = row, offset = 0;
  for (int d = j->rank - 2; d >= 0; d--) {
    place[d] = rest % j->shape[d];
    offset += place[d] * j->strides[d];
    rest /= j->shape[d];
  }
  for (; row < end; row++) {
    char *dense = j->scatter ? (char *)j->src + row * n * j->size : j->dst + row * n * j->size;
    char *strided = j->scatter ? j->dst + offset * j->size : (char *)j->src + offset * j->size;
    if (step == 1) {
      char *to = j->scatter ? strided : dense, *from = j->scatter ? dense : strided;
      /* The rows of patches: a copy of known length is no call. */
      if (n * j->size == 32) memcpy(to, from, 32);
      else if (n * j->size == 64) memcpy(to, from, 64);
      else memcpy(to, from, (size_t)(n * j->size));
    } else if (j->size == 4) MOVE(uint32_t);
    else if (j->size == 8) MOVE(uint64_t);
    else MOVE(uint8_t);
    for (int d = j->rank - 2; d >= 0; d--) {
      offset += j->strides[d];
      if (++place[d] < j->shape[d]) break;
      offset -= j->shape[d] * j->strides[d];
      place[d] = 0;
    }
  }
}

static void start(job j) {
  long one[1] = {1}, zero[1] = {1};
  if (j.rank == 0) j.rank = 1, j.shape = one, j.strides = zero;
  long n = j.shape[j.rank - 1];
  j.rows = 1;
  for (int d = 0; d < j.rank - 1; d++) j.rows *= j.shape[d];
  if (n == 0 || j.rows == 0) return;
  j.rows_per_block = CK_BLOCK / n > 0 ? CK_BLOCK / n : 1;
  ck_parallel(run, &j, ck_blocks(j.rows, j.rows_per_block));
}

void ck_copy_strided(int size, int rank, const long *shape, const void *src, const long *strides, void *dst) {
  start((job){size, rank, shape, strides, src, dst, 0, 0, false});
}

void ck_scatter_strided(int size, int rank, const long *shape, const void *src, void *dst, const long *strides) {
  start((job){size, rank, shape, strides, src, dst, 0, 0, true});
}

typedef struct {
  long size, patch;
  const uint8_t *pixels;
  float *out;
} patch_job;

static inline float normalised(uint8_t x) { return (x / 255.0f - 0.5f) / 0.5f; }

static void cut(void *context, long image) {
  const patch_job *j = context;
  long patch = j->patch, area = patch * patch, whole = j->size * j->size * 3;
  float *to = j->out + image * whole;
  for (long top = 0; top < j->size; top += patch)
    for (long left = 0; left < j->size; left += patch, to += 3 * area)
      for (long row = 0; row < patch; row++) {
        const uint8_t *from = j->pixels + image * whole + ((top + row) * j->size + left) * 3;
        float *red = to + row * patch;
        for (long i = 0; i < patch; i++) {
          red[i] = normalised(from[3 * i]);
          red[i + area] = normalised(from[3 * i + 1]);
          red[i + 2 * area] = normalised(from[3 * i + 2]);
        }
      }
}

void ck_patches(long images, long size, long patch, const uint8_t *pixels, float *out) {
  patch_job j = {size, patch, pixels, out};
  if (size > 0 && patch > 0 && size % patch == 0) ck_parallel(cut, &j, images);
}
