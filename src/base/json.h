/*
 * json.h - JSON: jansson trees in, our own writer out.
 *
 * Trees are jansson's json_t (counted references; XT_AUTO(xt_json_unref)). xt_json_parse() refuses doubled keys,
 * ill-formed UTF-8, U+0000, numbers out of range, and nesting beyond XT_JSON_DEPTH_MAX.
 * The writer appends to a struct xt_text, puts commas where they belong, and escapes; it never fails (check the
 * buffer's overflow). Misuse (a value where a key must stand) is an assertion.
 */
#ifndef XT_BASE_JSON_H
#define XT_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

#define XT_JSON_DEPTH_MAX 32

void xt_json_unref(json_t **json); /* for XT_AUTO; NULL inside is fine */
XT_MUST_USE enum xt_code xt_json_parse(struct xt_str text, json_t **out, struct xt_error *err);

/* Members by name with a default; a member of another kind counts as absent. Views are borrowed from the tree. */
struct xt_str xt_json_str(const json_t *object, const char *name); /* {NULL, 0} when absent */
const char *xt_json_z(const json_t *object, const char *name, const char *otherwise);
int64_t xt_json_int(const json_t *object, const char *name, int64_t otherwise);
bool xt_json_bool(const json_t *object, const char *name, bool otherwise);
json_t *xt_json_get(const json_t *object, const char *name); /* borrowed, NULL when absent or null */
struct xt_str xt_json_view(const json_t *string);            /* of a string node */

struct xt_json {
    struct xt_text *out;
    unsigned depth;
    bool need_comma[XT_JSON_DEPTH_MAX + 8];
    bool after_key;
};

void xt_json_init(struct xt_json *w, struct xt_text *out);
void xt_json_object(struct xt_json *w);
void xt_json_end_object(struct xt_json *w);
void xt_json_array(struct xt_json *w);
void xt_json_end_array(struct xt_json *w);
void xt_json_key(struct xt_json *w, const char *key);
void xt_json_key_str(struct xt_json *w, struct xt_str key);
void xt_json_add_str(struct xt_json *w, struct xt_str s); /* s.s NULL writes null; ill-formed bytes become U+FFFD */
void xt_json_add_z(struct xt_json *w, const char *s);
void xt_json_add_int(struct xt_json *w, int64_t value);
void xt_json_add_double(struct xt_json *w, double value);
void xt_json_add_bool(struct xt_json *w, bool value);
void xt_json_add_null(struct xt_json *w);
void xt_json_add_raw(struct xt_json *w, struct xt_str json); /* JSON text as it is, trusted to be well-formed */
void xt_json_add_tree(struct xt_json *w, const json_t *tree);
/* key and value in one line */
void xt_json_kv_str(struct xt_json *w, const char *key, struct xt_str s);
void xt_json_kv_z(struct xt_json *w, const char *key, const char *s);
void xt_json_kv_int(struct xt_json *w, const char *key, int64_t value);
void xt_json_kv_bool(struct xt_json *w, const char *key, bool value);

#endif
