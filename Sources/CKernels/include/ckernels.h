/* Vector kernels, thread pool, memory pool and counter-based random numbers. No dependencies.
   Every parallel kernel cuts its work into blocks that depend on shapes only, so results never depend on the
   number of threads. Results may differ between instruction levels. */
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* ---- interrupts: a flag that a signal handler may set ---- */
void ck_interrupt_set(int pending);
int ck_interrupt_pending(void);
/* While requests are held back, none is pending, so that what must be whole becomes whole. Says whether one was made. */
int ck_interrupt_hold(int held);

/* ---- threads ---- */
typedef void (*ck_block)(void *context, long block);
/* Sets the number of threads that work on a region, the caller included. */
void ck_set_threads(int count);
int ck_get_threads(void);
/* Runs blocks 0..<blocks; skips what is left once an interrupt is pending. Nested calls run on the caller. */
void ck_parallel(ck_block run, void *context, long blocks);

/* ---- memory: 64-byte aligned; blocks of any sizes share it, and none goes back to the system between steps ---- */
void *_Nullable ck_alloc(size_t bytes);
void ck_free(void *block);
/* Gives pooled blocks back to the system. */
void ck_trim(void);
/* Bytes that a kernel asked for in vain since the last call; 0 if none. */
size_t ck_take_failure(void);
/* 0: no limit. */
void ck_set_memory_limit(size_t bytes);
size_t ck_memory_limit(void);
typedef struct { size_t live, pooled, peak; } ck_memory;
ck_memory ck_memory_now(void);
void ck_reset_peak(void);
/* Bytes that this thread has asked for since it began, given back or not. */
size_t ck_thread_taken(void);

/* ---- random numbers: pure functions of (key, index) ---- */
uint64_t ck_mix(uint64_t word);
/* Philox 4x32-10: block `index` of stream `key`. */
void ck_philox(uint64_t key, uint64_t index, uint32_t out[_Nonnull 4]);
/* Uniform in (0, 1), element `index`. */
double ck_uniform(uint64_t key, uint64_t index);
/* Standard normal, element `index`. */
double ck_normal(uint64_t key, uint64_t index);
/* out[i] = scale * ck_normal(key, i), on all threads; the same bits as one by one. */
void ck_fill_normal(uint64_t key, long n, double scale, float *_Nullable single, double *_Nullable full);
/* Whether dropout keeps element `index`. */
bool ck_keep(uint64_t key, uint64_t index, double rate);

/* ---- checksums ---- */
/* The Castagnoli checksum (RFC 3720) of what `sum` is the checksum of, followed by these bytes; 0 is that of nothing.
   `portable` leaves the processor's own instruction out. */
uint32_t ck_crc32c(uint32_t sum, const void *_Nullable bytes, size_t count, bool portable);
/* The checksum of two texts, one behind the other, from those of each. */
uint32_t ck_crc32c_joined(uint32_t first, uint32_t second, size_t second_count);

/* ---- disk: what Swift cannot call by itself ---- */
/* Takes room for an open file without changing its size; 0 or the error's number. */
int ck_reserve(int file, long long bytes);

/* ---- copies ---- */
/* dst (row major, contiguous) = src with strides in elements; rank at most 16. */
void ck_copy_strided(int size, int rank, const long *shape, const void *src, const long *strides, void *dst);
/* dst with strides = src (row major, contiguous). */
void ck_scatter_strided(int size, int rank, const long *shape, const void *src, void *dst, const long *strides);
/* Patches of square images of bytes [images, size, size, 3], each value brought from 0..255 to -1..1: row by row of an
   image, in a patch all of red, then green, then blue, each row by row. */
void ck_patches(long images, long size, long patch, const uint8_t *pixels, float *out);

/* ---- float32 kernels, one table a level ---- */
enum { CK_NEG, CK_ABS, CK_SQRT, CK_EXP, CK_LOG, CK_RELU, CK_GELU, CK_QUICK_GELU, CK_GELU_TANH, CK_SILU,
       CK_LEAKY_RELU, CK_TANH, CK_SIGMOID, CK_SOFTPLUS };
enum { CK_ADD, CK_SUB, CK_MUL, CK_DIV };

typedef struct {
  long batch, heads, queries, keys, width;      /* one problem a (batch, head) */
  /* null, or [batch + 1]: sequences of their own lengths lie one behind the other, slots starts[b]..<starts[b + 1]; queries
     and keys are then the longest, batch strides are 0, and there is no mask. */
  const long *_Nullable starts;
  const float *_Nullable q, *_Nullable k, *_Nullable v;
  long qb, qh, qt, kb, kh, kt, vb, vh, vt;      /* strides: batch, head, slot; width is contiguous */
  const uint8_t *_Nullable mask;                /* [batch, keys] or null; true may be seen */
  long maskb, maskt;
  bool causal;
  float scale;
  double rate;
  uint64_t key;
  float *_Nullable out;                         /* [batch, queries, heads, width]; behind each other [slots, heads, width] */
  float *_Nullable lse;                         /* [batch, heads, queries]; behind each other as many as slots times heads */
  /* backward only */
  const float *_Nullable grad;                  /* like out */
  float *_Nullable dq, *_Nullable dk, *_Nullable dv; /* [batch, slots, heads, width] */
} ck_attention;

typedef struct {
  long rows, width, among;
  const float *_Nullable a; long ar;                      /* [rows, width] */
  const float *_Nullable b; long br;                      /* [among, width] */
  const uint8_t *_Nullable mask; const int64_t *_Nullable mask_row; long mask_step;
  const float *_Nullable shift; const int64_t *_Nullable shift_row; long shift_step;
  float *_Nullable lse;                         /* [rows] */
  /* backward only */
  const float *_Nullable grad;                  /* [rows] */
  float *_Nullable da;                          /* [rows, width] */
  float *_Nullable db;                          /* [among, width] */
  float *_Nullable logits;                      /* gradient of the logits [rows, among], if wanted */
} ck_dot_lse;

/* One step of a GRU over [rows, steps, ..] tensors; pointers to the step's first row, steps between rows. `held` is
   state Wh' + bh, [rows, 3 width]; gates keeps reset, update, new and held new, [rows, 4 width]. */
typedef struct {
  long rows, width;
  const float *_Nullable driven, *_Nullable held;
  float *_Nullable before, *_Nullable state, *_Nullable after, *_Nullable gates;  /* after: `before` of the next step */
  const uint8_t *_Nullable mask;
  long driven_step, state_step, gate_step, mask_step;
  /* backward only; straight [rows, width] holds what passes by the gates from the later step to this one */
  const float *_Nullable grad, *_Nullable carried;
  float *_Nullable ddriven, *_Nullable dheld, *_Nullable straight;
} ck_gru_step;

/* Images without gaps: x is [images, in, height, width], y and grad are [images, out, height, width]. `down` and
   `across` are odd, and the images stand between zeros. */
typedef struct {
  long images, in, out, height, width, down, across;
  const float *x;
  const float *_Nullable weight;                /* [out, in, down, across], or [in, out, down, across] if turned */
  const float *_Nullable bias;                  /* [out] */
  bool turned;                                  /* weights read backwards, for the gradient of the image */
  const float *_Nullable grad;                  /* gradient of the weight only; y is then [out, in, down, across] */
  float *y;
} ck_conv2d;

/* Ranks `among` candidates for each of `rows`: by the products of the rows of a with those of b, of which none is kept,
   or by given scores. Scores are compared as IEEE numbers, so that -0 equals 0. */
typedef struct {
  long rows, width, among;
  const float *_Nullable a; long ar;                      /* [rows, width] */
  const float *_Nullable b; long br;                      /* [among, width] */
  const float *_Nullable scores;                          /* [rows, among], instead of a and b */
  /* Those of row i from hidden_from[i] to before hidden_from[i + 1], ascending and each once, are no candidates. */
  const int32_t *_Nullable hidden; const int64_t *_Nullable hidden_from;
  int32_t *_Nullable invalid;     /* [rows]: the first candidate whose score is not a number, -1 for none */
  /* Candidates of row i from pair_from[i] to before pair_from[i + 1]: their scores, and, if wanted, how many candidates
     score more and how many the same, itself included. */
  const int32_t *_Nullable pair; const int64_t *_Nullable pair_from;
  float *_Nullable pair_score;
  int32_t *_Nullable better, *_Nullable tied;
  /* The k candidates of the largest scores, best first; of equal ones those of the smaller place, which is the number
     where there is none. `best` holds places; behind those that there are it is -1, and the score is not a number. */
  long k;
  const int32_t *_Nullable place;               /* [among], each number once */
  int32_t *_Nullable best;                      /* [rows, k] */
  float *_Nullable best_score;                  /* [rows, k] */
} ck_ranking;

typedef struct {
  const char *name;
  void (*unary)(int op, long n, const float *x, float *y);
  /* gx = g * dy/dx; y may be used where it is cheaper than x. */
  void (*unary_grad)(int op, long n, const float *x, const float *y, const float *g, float *gx);
  /* out is contiguous over `shape`; a and b have strides (0: repeated). */
  void (*binary)(int op, int rank, const long *shape, const float *a, const long *as, const float *b, const long *bs,
                 float *out);
  /* out = mask ? a : b for elements of 1, 4 or 8 bytes; strides as in `binary`. */
  void (*choose)(int size, int rank, const long *shape, const uint8_t *mask, const long *ms, const void *a,
                 const long *as, const void *b, const long *bs, void *out);
  void (*accumulate)(long n, float *into, const float *x);
  void (*scale)(long n, float by, const float *x, float *out);
  /* out[o, i] = sum over r of x[o, r, i]. */
  void (*sum)(long outer, long reduced, long inner, const float *x, float *out);
  void (*dropout)(long n, uint64_t key, double rate, const float *x, float *out);
  /* C (contiguous) = A B, any strides; `batch` products with own strides. `bias` [n] is added to every row unless null.
     `acted`, unless null, is what the unary `act` makes of C; it may be C itself. */
  void (*gemm)(long batch, long m, long n, long k, const float *a, long ab, long rsa, long csa, const float *b, long bb,
               long rsb, long csb, const float *_Nullable bias, float *c, int act, float *_Nullable acted);
  void (*softmax)(long rows, long n, bool log, const float *x, float *y);
  void (*softmax_grad)(long rows, long n, bool log, const float *y, const float *g, float *gx);
  void (*layer_norm)(long rows, long n, const float *x, const float *weight, const float *bias, float eps, float *y,
                     float *mean, float *rstd);
  void (*layer_norm_grad)(long rows, long n, const float *x, const float *weight, const float *mean, const float *rstd,
                          const float *g, float *gx, float *gweight, float *gbias);
  void (*attention)(const ck_attention *job);
  void (*attention_grad)(const ck_attention *job);
  void (*dot_lse)(const ck_dot_lse *job);
  void (*dot_lse_grad)(const ck_dot_lse *job);
  void (*ranking)(const ck_ranking *job);
  /* nll[row] = lse[row] - a b[truth[row]] - shift there; with da or db also their gradients for a gradient of 1 a row. */
  void (*dot_nll)(const ck_dot_lse *job, const int32_t *truth, float *nll);
  /* The gradients for any other. */
  void (*dot_nll_grad)(const ck_dot_lse *job, const int32_t *truth);
  void (*gru_step)(const ck_gru_step *step);
  void (*gru_step_grad)(const ck_gru_step *step);
  void (*conv2d)(const ck_conv2d *job);
  void (*conv2d_grad)(const ck_conv2d *job);
  /* log sum exp of each row; minus infinity for a row of nothing but that, whose gradient is 0. */
  void (*logsumexp)(long rows, long n, const float *x, float *y);
  void (*logsumexp_grad)(long rows, long n, const float *x, const float *y, const float *g, float *gx);
  /* out[i] = x[index[i]] in rows of `width`. */
  void (*gather)(long count, long width, const int32_t *index, const float *x, float *out);
  /* out[v] = sum of g[i] where index[i] = v, in order of i; out is overwritten. */
  void (*scatter_add)(long count, long rows, long width, const int32_t *index, const float *g, float *out);
  void (*adam)(long n, float *value, const float *grad, float *m, float *v, float scale, float lr, float decay, float l2,
               float beta1, float beta2, float correction1, float correction2, float eps);
  double (*sum_squares)(long n, const float *x);
} ck_table;

/* The level in use: the best that this CPU has, or the lower one that PMM_KERNELS names. */
const ck_table *ck_kernels(void);
/* A level by name, null if this CPU lacks it. */
const ck_table *_Nullable ck_kernels_named(const char *name);

#pragma clang assume_nonnull end
#endif
