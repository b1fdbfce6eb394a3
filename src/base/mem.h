/*
 * mem.h - memory: heap calls that do not fail, and arenas.
 *
 * xt_alloc() and its kin never return NULL: when memory is out they write one sentence to standard error and
 * abort. Acknowledged writes are durable before they are acknowledged, so a process that dies here loses
 * nothing; a process that goes on half-built might.
 *
 * An arena holds what is built while one request, row or load is answered and is released as a whole. It is
 * used by one thread at a time.
 */
#ifndef XT_BASE_MEM_H
#define XT_BASE_MEM_H

#include <stddef.h>

#include "base/compiler.h"

void *xt_alloc(size_t size);                /* uninitialised; size 0 gives a valid pointer */
void *xt_calloc(size_t count, size_t size); /* zeroed; aborts when count * size overflows */
void *xt_realloc(void *old, size_t size);
char *xt_strndup(const char *s, size_t n); /* n bytes and a terminating zero */
char *xt_strdup(const char *s);

/* free() for XT_AUTO: frees what the pointer variable points to. */
void xt_free_ptr(void *pointer_variable);

/* Grows *array (of *capacity elements) so that it holds at least count: doubling. For arrays owned by the heap. */
void xt_grow(void *array_variable, size_t *capacity, size_t count, size_t element_size);

struct xt_arena {
    struct xt_arena_block *head;
    size_t used_bytes; /* handed out since init or clear, for limits and metrics */
};

void xt_arena_init(struct xt_arena *arena);
void xt_arena_done(struct xt_arena *arena);  /* releases all; the arena is as after init */
void xt_arena_clear(struct xt_arena *arena); /* keeps one block for reuse */

void *xt_arena_alloc(struct xt_arena *arena, size_t size); /* aligned for any type, zeroed */
char *xt_arena_strndup(struct xt_arena *arena, const char *s, size_t n);
char *xt_arena_strdup(struct xt_arena *arena, const char *s);
char *xt_arena_printf(struct xt_arena *arena, const char *format, ...) XT_PRINTF(2, 3);

#endif
