/*
 * view.h - a record's body read where it lies: JSON text as a flat list of nodes, nothing copied.
 *
 * For writing records out by the thousand: one pass over the text, no allocation once the list has grown. Accepts
 * what JSON allows (RFC 8259) to XT_JSON_DEPTH_MAX levels; strings are checked for their escapes, not for UTF-8, which the
 * store's text is. One thread at a time; nodes and views live as long as the text and until the next parse.
 */
#ifndef XT_OAI_VIEW_H
#define XT_OAI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum view_kind { VIEW_NULL, VIEW_BOOL, VIEW_NUMBER, VIEW_STRING, VIEW_ARRAY, VIEW_OBJECT };

struct view_node {
    uint32_t start, end; /* of the text: a string without its quotes */
    uint32_t next;       /* the node behind this one and all that it holds */
    uint8_t kind;        /* enum view_kind */
    bool escaped;        /* a string with a backslash in it */
};

/* nodes[0] is the whole; the nodes of an array follow it, those of an object likewise as name, value, name, value. */
struct view {
    const char *s;
    struct view_node *nodes; /* owned */
    uint32_t count;
    size_t capacity;
    struct xt_text scratch; /* strings with their escapes undone */
};

void view_init(struct view *view);
void view_done(struct view *view); /* for XT_AUTO */
/* False where text is no JSON or more than 64 MiB. Borrows text. */
bool view_parse(struct view *view, struct xt_str text);

/* The value of a member of an object, 0 when there is none, it is null, or at is no object. */
uint32_t view_member(const struct view *view, uint32_t at, const char *name, size_t n);
/* The text of a string, number or bool: the bytes as they lie, or (a string with escapes) their meaning, in the scratch,
 * until the next call. Empty for others. */
struct xt_str view_text(struct view *view, uint32_t at);
/* The first of the values of at: of an array its first item, else at itself; 0 when there is none. */
uint32_t view_first(const struct view *view, uint32_t at);
/* The value after item, 0 at the end; at is what view_first() was given. */
uint32_t view_next(const struct view *view, uint32_t at, uint32_t item);

#endif
