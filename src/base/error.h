/*
 * error.h - what went wrong: a code for programs, a sentence for people.
 *
 * struct xt_error holds one problem; functions take it last, NULL allowed, and fill it only when they do not
 * return XT_OK. struct xt_problems collects many (a record, a row, a form) up to XT_PROBLEMS_MAX.
 * Sentences are rows of msg.def in Chinese and English with {1}..{4} for arguments; they are put into words only
 * at the edge, by xt_error_say() and xt_problem_say().
 */
#ifndef XT_BASE_ERROR_H
#define XT_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

#define XT_CODES(X)                              \
    X(OK, 200, "ok")                             \
    X(E_INPUT, 400, "input")                     \
    X(E_UNAUTHENTICATED, 401, "unauthenticated") \
    X(E_DENIED, 403, "denied")                   \
    X(E_NOT_FOUND, 404, "not-found")             \
    X(E_METHOD, 405, "method-not-allowed")       \
    X(E_NOT_ACCEPTABLE, 406, "not-acceptable")   \
    X(E_TIMEOUT, 408, "timeout")                 \
    X(E_CONFLICT, 409, "conflict")               \
    X(E_GONE, 410, "gone")                       \
    X(E_CHANGED, 412, "changed")                 \
    X(E_TOO_LARGE, 413, "too-large")             \
    X(E_MEDIA, 415, "unsupported-media-type")    \
    X(E_TOO_MANY, 429, "too-many")               \
    X(E_INTERNAL, 500, "internal")               \
    X(E_BUSY, 503, "busy")                       \
    X(E_FULL, 507, "storage-full")

enum xt_code {
#define X(name, status, wire) XT_##name,
    XT_CODES(X)
#undef X
        XT_CODES_COUNT
};

int xt_code_status(enum xt_code code);       /* HTTP status */
const char *xt_code_name(enum xt_code code); /* wire name */

enum xt_msg {
#define X(name, zh, en) XT_MSG_##name,
#include "base/msg.def"
#undef X
    XT_MSG_COUNT
};

enum xt_lang { XT_ZH, XT_EN, XT_LANGS };

/* An argument of a sentence. Text is copied, clipped to its first 120 bytes at a character. */
enum xt_arg_kind { XT_ARG_NONE, XT_ARG_INT, XT_ARG_TEXT };
struct xt_arg_in {
    enum xt_arg_kind kind;
    int64_t i;
    struct xt_str text;
};
#define XT_INT(value)            ((struct xt_arg_in){.kind = XT_ARG_INT, .i = (int64_t)(value)})
#define XT_TEXT(zero_terminated) ((struct xt_arg_in){.kind = XT_ARG_TEXT, .text = xt_str(zero_terminated)})
#define XT_VIEW(view)            ((struct xt_arg_in){.kind = XT_ARG_TEXT, .text = (view)})

#define XT_ARGS_MAX              4
struct xt_arg {
    enum xt_arg_kind kind;
    int64_t i;
    char text[124];
};

struct xt_error {
    enum xt_code code;
    char field[64]; /* the input at fault, "" when there is none */
    enum xt_msg msg;
    struct xt_arg args[XT_ARGS_MAX];
};

/* Fills err (NULL allowed) and returns code: return xt_fail(err, XT_E_INPUT, "amount", XT_MSG_TOO_LARGE, XT_INT(9)); */
#define xt_fail(err, code, field, ...) xt_fail_(err, code, field, XT_FAIL_ARGS_(__VA_ARGS__, (struct xt_arg_in){0}))
#define XT_FAIL_ARGS_(msg, ...) \
    msg, (const struct xt_arg_in[]){__VA_ARGS__}, XT_COUNT(((const struct xt_arg_in[]){__VA_ARGS__})) - 1
enum xt_code xt_fail_(struct xt_error *err, enum xt_code code, const char *field, enum xt_msg msg,
                      const struct xt_arg_in *args, size_t count);

/* The sentence of msg in lang with its arguments, without the field. */
void xt_error_say(const struct xt_error *err, enum xt_lang lang, struct xt_text *out);
const char *xt_msg_sentence(enum xt_msg msg, enum xt_lang lang); /* the row as it stands, {1} and all */
const char *xt_msg_name(enum xt_msg msg);                        /* wire name: "too-long" */

#define XT_PROBLEMS_MAX 1000

struct xt_problem {
    char *path;           /* field path: "title", "funding[2].amount", "row 17.年份" */
    int64_t line, column; /* of the text the input came as, from 1; 0 = not known (place.h finds them) */
    enum xt_msg msg;
    struct xt_arg args[XT_ARGS_MAX];
};

struct xt_problems {
    struct xt_problem *list; /* owned */
    size_t count;            /* kept, at most XT_PROBLEMS_MAX */
    size_t capacity;
    size_t seen; /* found, kept or not */
};

void xt_problems_init(struct xt_problems *problems);
void xt_problems_done(struct xt_problems *problems);
void xt_problems_clear(struct xt_problems *problems);
#define xt_problem(problems, path, ...) xt_problem_(problems, path, XT_FAIL_ARGS_(__VA_ARGS__, (struct xt_arg_in){0}))
void xt_problem_(struct xt_problems *problems, const char *path, enum xt_msg msg, const struct xt_arg_in *args,
                 size_t count);
void xt_problems_add_error(struct xt_problems *problems, const struct xt_error *err); /* err as one more problem */
void xt_problem_say(const struct xt_problem *problem, enum xt_lang lang, struct xt_text *out);
/* "field: sentence; field: sentence; and 3 more" for logs, reject columns and the command line. */
void xt_problems_say(const struct xt_problems *problems, enum xt_lang lang, struct xt_text *out);

#endif
