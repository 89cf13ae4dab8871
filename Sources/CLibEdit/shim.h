#pragma once
// All of libedit that is used. Swift imports no function with a variable number of arguments, and no stream of C; here each
// use is a plain function. Characters are numbers of 32 bits, as wchar_t is on Linux. Names start with pmm_el_.
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

// <wchar.h> declares it only where the X/Open extensions were asked for before the first header.
extern int wcwidth(wchar_t);

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "a wchar_t holds any character");

typedef unsigned char (*pmm_el_command)(EditLine *, int);
typedef int (*pmm_el_read)(EditLine *, uint32_t *);
typedef uint32_t *(*pmm_el_prompt)(EditLine *);

// Without it every letter beyond ASCII is dropped on its way to the screen.
static inline bool pmm_el_speak_utf8(void) {
  if (setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

// An editor on the standard streams with the keys of emacs; NULL where there is no memory. Its signal handling stays off: it
// sends what it catches to the whole process group.
static inline EditLine *pmm_el_begin(void *owner, pmm_el_read read, pmm_el_prompt prompt, pmm_el_command command) {
  EditLine *editor = el_init("pmm", stdin, stdout, stderr);
  if (editor == NULL) return NULL;
  el_wset(editor, EL_CLIENTDATA, owner);
  el_wset(editor, EL_SIGNAL, 0);
  el_wset(editor, EL_EDITOR, L"emacs");
  el_wset(editor, EL_GETCFN, (el_rfunc_t)read);
  el_wset(editor, EL_PROMPT, (wchar_t * (*)(EditLine *)) prompt);
  el_set(editor, EL_ADDFN, "pmm", "edit entries", command);
  return editor;
}

static inline void *pmm_el_owner(EditLine *editor) {
  void *owner = NULL;
  el_wget(editor, EL_CLIENTDATA, &owner);
  return owner;
}

// Binds a key, written as libedit writes it, for inserting or (vi) for commands.
static inline void pmm_el_bind(EditLine *editor, bool for_commands, const char *key, const char *command) {
  if (for_commands) {
    el_set(editor, EL_BIND, "-a", key, command, NULL);
  } else {
    el_set(editor, EL_BIND, key, command, NULL);
  }
}

static inline bool pmm_el_is_vi(EditLine *editor) {
  const char *name = NULL;
  return el_get(editor, EL_EDITOR, &name) == 0 && name != NULL && strcmp(name, "vi") == 0;
}

// Reads keys until an entry ends; false at the end of the input and after an error.
static inline bool pmm_el_gets(EditLine *editor) {
  int count = 0;
  return el_wgets(editor, &count) != NULL && count > 0;
}

// The text so far, which is not closed by a zero, and the place of the cursor in it.
static inline int pmm_el_line(EditLine *editor, const uint32_t **text, int *cursor) {
  const LineInfoW *line = el_wline(editor);
  *text = (const uint32_t *)line->buffer;
  *cursor = (int)(line->cursor - line->buffer);
  return (int)(line->lastchar - line->buffer);
}

// Puts another text, closed by a zero, in the place of the one so far.
static inline bool pmm_el_replace(EditLine *editor, const uint32_t *text, int cursor) {
  bool done = true;
  if (text[0] == 0) {
    el_cursor(editor, INT32_MAX / 2);
    const LineInfoW *line = el_wline(editor);
    el_deletestr(editor, (int)(line->lastchar - line->buffer));
  } else {
    done = el_wreplacestr(editor, (const wchar_t *)text) == 0;
  }
  const LineInfoW *line = el_wline(editor);
  el_cursor(editor, cursor - (int)(line->cursor - line->buffer));
  return done;
}

// Raw for editing, or as it was before.
static inline void pmm_el_set_raw(EditLine *editor, bool raw) { el_wset(editor, EL_PREP_TERM, raw ? 1 : 0); }

// Draws prompt and text anew where the terminal's cursor stands.
static inline void pmm_el_redraw(EditLine *editor) { el_wset(editor, EL_REFRESH); }

// Columns that a character takes on the screen; -1 for one that cannot be shown.
static inline int pmm_el_width(uint32_t character) { return wcwidth((wchar_t)character); }

// Writes bytes in order with what the editor draws.
static inline void pmm_el_write(const char *bytes, size_t count) {
  fwrite(bytes, 1, count, stdout);
  fflush(stdout);
}
