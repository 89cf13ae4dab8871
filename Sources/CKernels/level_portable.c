/* Kernels of the portable level: vectors of 4 floats. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { VW = 4, MR = 4 };
#define CK_LANES 4
#define CK_TABLE ck_table_portable
#define CK_NAME "portable"
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
