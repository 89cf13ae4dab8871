/* Vector kernels, thread pool and counter-based random numbers. No dependencies. */
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

/* Mixes a 64-bit word; every stream of random numbers starts from it. */
uint64_t ck_mix(uint64_t word);
#endif
