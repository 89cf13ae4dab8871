/* Kernels of the avx512 level: vectors of 16 floats. */
#if defined(__x86_64__)
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { VW = 16, MR = 14 };
#define CK_LANES 16
#define CK_TABLE ck_table_avx512
#define CK_NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi,bmi2"), min_vector_width(512))), apply_to = function)
#include "levels/vector.inc"
#include "levels/elementwise.inc"
#include "levels/rows.inc"
#include "levels/index.inc"
#include "levels/optimiser.inc"
#include "levels/pack.inc"
#include "levels/micro.inc"
#include "levels/product.inc"
#include "levels/attention.inc"
#include "levels/dot_lse.inc"
#include "levels/ranking.inc"
#include "levels/dot_nll.inc"
#include "levels/recurrent.inc"
#include "levels/conv.inc"
#include "levels/table.inc"
#pragma clang attribute pop
#endif
