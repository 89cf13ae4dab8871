#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>

#include "ckernels.h"

int ck_reserve(int file, long long bytes) {
  return fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0 ? 0 : errno;
}
