/* Kernels of the avx2 level: vectors of 8 floats. */
#if defined(__x86_64__)
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { VW = 8, MR = 6 };
#define CK_LANES 8
#define CK_TABLE ck_table_avx2
#define CK_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
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
