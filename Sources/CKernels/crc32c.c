#include <stdatomic.h>
#include <string.h>

#include "ckernels.h"

/* The Castagnoli polynomial, bits reversed. */
#define POLYNOMIAL 0x82F63B78u

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const unsigned char *bytes, size_t count) {
  uint64_t sum = crc;
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    sum = __builtin_ia32_crc32di(sum, word);
  }
  crc = (uint32_t)sum;
  for (; count > 0; bytes++, count--) crc = __builtin_ia32_crc32qi(crc, *bytes);
  return crc;
}
#endif

/* Table `n` moves a byte over `n` more zero bytes. */
static const uint32_t (*tables(void))[256] {
  static uint32_t made[8][256];
  static _Atomic int state; /* 0: to be made, 1: in work, 2: there */
  int expected = 0;
  if (atomic_load(&state) == 2) return made;
  if (!atomic_compare_exchange_strong(&state, &expected, 1)) {
    while (atomic_load(&state) != 2) {}
    return made;
  }
  for (int byte = 0; byte < 256; byte++) {
    uint32_t crc = (uint32_t)byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
    made[0][byte] = crc;
  }
  for (int n = 1; n < 8; n++)
    for (int byte = 0; byte < 256; byte++) made[n][byte] = made[n - 1][byte] >> 8 ^ made[0][made[n - 1][byte] & 0xFF];
  atomic_store(&state, 2);
  return made;
}

static uint32_t by_table(uint32_t crc, const unsigned char *bytes, size_t count) {
  const uint32_t(*table)[256] = tables();
  for (; count >= 8; bytes += 8, count -= 8) {
    uint32_t next = 0;
    for (int byte = 0; byte < 8; byte++) next ^= table[7 - byte][bytes[byte] ^ (byte < 4 ? crc >> 8 * byte & 0xFF : 0)];
    crc = next;
  }
  for (; count > 0; bytes++, count--) crc = crc >> 8 ^ table[0][(crc ^ *bytes) & 0xFF];
  return crc;
}

uint32_t ck_crc32c(uint32_t sum, const void *bytes, size_t count, bool portable) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!portable && __builtin_cpu_supports("sse4.2")) return ~by_instruction(~sum, bytes, count);
#endif
  return ~by_table(~sum, bytes, count);
}

/* The matrix over GF(2) that moves a sum over zero bits is squared for each bit of the length (after M. Adler's remark that
   the sum is linear in its state). */
static uint32_t times(const uint32_t matrix[32], uint32_t vector) {
  uint32_t sum = 0;
  for (int bit = 0; vector; bit++, vector >>= 1)
    if (vector & 1) sum ^= matrix[bit];
  return sum;
}

uint32_t ck_crc32c_joined(uint32_t first, uint32_t second, size_t second_count) {
  uint32_t power[32], square[32];
  /* Over one zero bit. */
  power[0] = POLYNOMIAL;
  for (int bit = 1; bit < 32; bit++) power[bit] = 1u << (bit - 1);
  for (int turn = 0; turn < 3; turn++) { /* over one zero byte */
    for (int bit = 0; bit < 32; bit++) square[bit] = times(power, power[bit]);
    memcpy(power, square, sizeof power);
  }
  for (size_t left = second_count; left > 0; left >>= 1) {
    if (left & 1) first = times(power, first);
    for (int bit = 0; bit < 32; bit++) square[bit] = times(power, power[bit]);
    memcpy(power, square, sizeof power);
  }
  return first ^ second;
}
