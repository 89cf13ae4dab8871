// What reading files of strangers needs beside shim.h. It runs in a child process; names start with pmm_h5_ as there.
#pragma once
#include "shim.h"
#include <limits.h>

typedef herr_t (*pmm_h5_link_visit)(const char *name, int type, unsigned long long address, void *context);

typedef struct {
  pmm_h5_link_visit visit;
  void *context;
} pmm_h5_link_visitor;

static inline herr_t pmm_h5_on_any_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  (void)group;
  pmm_h5_link_visitor *visitor = (pmm_h5_link_visitor *)data;
  unsigned long long address = info->type == H5L_TYPE_HARD ? (unsigned long long)info->u.address : ~0ull;
  return visitor->visit(name, (int)info->type, address, visitor->context);
}

// Visits all links of a group: a negative type is an error, 0 a hard link with the address of its object, 1 a soft link,
// 64 a link into another file. A positive answer of `visit` stops.
static inline herr_t pmm_h5_all_links(hid_t group, bool by_creation, pmm_h5_link_visit visit, void *context) {
  pmm_h5_link_visitor visitor = {visit, context};
  H5_index_t index = by_creation ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  return H5Literate(group, index, H5_ITER_INC, NULL, pmm_h5_on_any_link, &visitor);
}

// Whether the links of a group are kept in the order of their making.
static inline bool pmm_h5_is_ordered(hid_t group) {
  hid_t list = H5Gget_create_plist(group);
  unsigned flags = 0;
  bool is_ordered = list >= 0 && H5Pget_link_creation_order(list, &flags) >= 0 && (flags & H5P_CRT_ORDER_TRACKED);
  if (list >= 0) H5Pclose(list);
  return is_ordered;
}

// What a soft link or a link into another file says; at most `size` bytes with the final zero.
static inline herr_t pmm_h5_link_text(hid_t group, const char *name, char *text, size_t size) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 || info.type == H5L_TYPE_HARD) return -1;
  if (info.u.val_size > size || info.u.val_size == 0) return -1;
  if (H5Lget_val(group, name, text, size, H5P_DEFAULT) < 0) return -1;
  text[size - 1] = 0;
  if (info.type != H5L_TYPE_EXTERNAL) return 0;
  const char *file = NULL, *object = NULL;
  char copy[2048];
  if (info.u.val_size > sizeof copy) return -1;
  memcpy(copy, text, info.u.val_size);
  if (H5Lunpack_elink_val(copy, info.u.val_size, NULL, &file, &object) < 0) return -1;
  snprintf(text, size, "%s in the file %s", object, file);
  return 0;
}

static inline hid_t pmm_h5_native_uint64(void) { return H5Tcopy(H5T_NATIVE_UINT64); }
static inline hid_t pmm_h5_object_reference(void) { return H5Tcopy(H5T_STD_REF_OBJ); }

static inline H5T_conv_ret_t pmm_h5_on_misfit(
    H5T_conv_except_t kind, hid_t from, hid_t to, void *source, void *target, void *data) {
  (void)from;
  (void)to;
  (void)source;
  (void)target;
  (void)data;
  // A number that is too large ends the reading; a lost bit of precision does not.
  return kind == H5T_CONV_EXCEPT_RANGE_HI || kind == H5T_CONV_EXCEPT_RANGE_LOW ? H5T_CONV_ABORT : H5T_CONV_UNHANDLED;
}

// For reading: a number that the type in memory cannot hold is an error.
static inline hid_t pmm_h5_strict_transfer(void) {
  hid_t list = H5Pcreate(H5P_DATASET_XFER);
  H5Pset_type_conv_cb(list, pmm_h5_on_misfit, NULL);
  return list;
}

// For opening a dataset whose chunks have `bytes`, so that a chunk is not unpacked once a read.
static inline hid_t pmm_h5_chunk_cache(size_t bytes) {
  hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
  H5Pset_chunk_cache(list, 521, bytes, 0);
  return list;
}

// Bytes of an address in the file of an object.
static inline size_t pmm_h5_address_bytes(hid_t object) {
  size_t bytes = 0, lengths = 0;
  hid_t file = H5Iget_file_id(object);
  hid_t list = file < 0 ? -1 : H5Fget_create_plist(file);
  if (list >= 0) {
    H5Pget_sizes(list, &bytes, &lengths);
    H5Pclose(list);
  }
  if (file >= 0) H5Fclose(file);
  return bytes;
}

// Bytes that the values of a dataset take in the file; -1 where that cannot be told. The library itself answers 0 to an
// error, as it does for values that were never written.
static inline long long pmm_h5_stored_bytes(hid_t dataset) {
  H5Eclear2(H5E_DEFAULT);
  hsize_t bytes = H5Dget_storage_size(dataset);
  if (bytes == 0 && H5Eget_num(H5E_DEFAULT) != 0) return -1;
  return bytes > (hsize_t)LLONG_MAX ? LLONG_MAX : (long long)bytes;
}

// Where a dataset of contiguous values begins, from the file's first byte; all bits set where nothing was written.
static inline unsigned long long pmm_h5_offset(hid_t dataset) {
  haddr_t offset = H5Dget_offset(dataset);
  return offset == HADDR_UNDEF ? ~0ull : (unsigned long long)offset;
}

// The value of what was never written, `size` bytes in `type`: zeros where the file names none.
static inline herr_t pmm_h5_fill(hid_t creation, hid_t type, void *value, size_t size) {
  H5D_fill_value_t state;
  memset(value, 0, size);
  if (H5Pfill_value_defined(creation, &state) < 0) return -1;
  if (state == H5D_FILL_VALUE_UNDEFINED) return 0;
  return H5Pget_fill_value(creation, type, value);
}
