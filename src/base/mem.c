/* mem.c - heap calls that do not fail, and arenas. */
#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (16 * XT_KIB)
#define ALIGNMENT   _Alignof(max_align_t)

XT_NORETURN static void out_of_memory(void)
{
    static const char words[] = "xietong: out of memory; acknowledged writes are safe, start the program again\n";
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1); /* nothing to do where it fails */

    (void)ignored;
    abort();
}

void *xt_alloc(size_t size)
{
    void *p = malloc(size > 0 ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *xt_calloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *xt_realloc(void *old, size_t size)
{
    void *p = realloc(old, size > 0 ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

char *xt_strndup(const char *s, size_t n)
{
    char *copy = xt_alloc(n + 1);

    if (n > 0)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *xt_strdup(const char *s)
{
    return xt_strndup(s, strlen(s));
}

void xt_free_ptr(void *pointer_variable)
{
    void *p;

    memcpy(&p, pointer_variable, sizeof p);
    free(p);
}

void xt_grow(void *array_variable, size_t *capacity, size_t count, size_t element_size)
{
    void *array;
    size_t wanted = *capacity > 0 ? *capacity : 8;

    if (count <= *capacity)
        return;
    while (wanted < count)
        wanted *= 2;
    assert(wanted <= SIZE_MAX / element_size);
    memcpy(&array, array_variable, sizeof array);
    array = xt_realloc(array, wanted * element_size);
    memcpy(array_variable, &array, sizeof array);
    *capacity = wanted;
}

struct xt_arena_block {
    struct xt_arena_block *next;
    size_t size, used;
    max_align_t data[];
};

void xt_arena_init(struct xt_arena *arena)
{
    *arena = (struct xt_arena){0};
}

void xt_arena_done(struct xt_arena *arena)
{
    while (arena->head) {
        struct xt_arena_block *next = arena->head->next;

        free(arena->head);
        arena->head = next;
    }
    arena->used_bytes = 0;
}

void xt_arena_clear(struct xt_arena *arena)
{
    struct xt_arena_block *keep = arena->head;

    if (!keep)
        return;
    arena->head = keep->next;
    xt_arena_done(arena);
    if (keep->size > BLOCK_BYTES) { /* an unusual request must not pin its memory for ever */
        free(keep);
        return;
    }
    keep->next = NULL;
    keep->used = 0;
    arena->head = keep;
}

void *xt_arena_alloc(struct xt_arena *arena, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct xt_arena_block *block = arena->head;
    char *p;

    assert(rounded >= size);
    if (!block || block->size - block->used < rounded) {
        size_t room = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;

        block = xt_alloc(sizeof *block + room);
        block->next = arena->head;
        block->size = room;
        block->used = 0;
        arena->head = block;
    }
    p = (char *)block->data + block->used;
    block->used += rounded;
    arena->used_bytes += rounded;
    memset(p, 0, rounded);
    return p;
}

char *xt_arena_strndup(struct xt_arena *arena, const char *s, size_t n)
{
    char *copy = xt_arena_alloc(arena, n + 1);

    if (n > 0)
        memcpy(copy, s, n);
    return copy;
}

char *xt_arena_strdup(struct xt_arena *arena, const char *s)
{
    return xt_arena_strndup(arena, s, strlen(s));
}

char *xt_arena_printf(struct xt_arena *arena, const char *format, ...)
{
    va_list args, again;
    int n;
    char *s;

    va_start(args, format);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    s = xt_arena_alloc(arena, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    return s;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
/* What is lost by libraries and not ours to free; the leak checker asks this function what to pass over. libxlsxwriter 1.1.4
 * copies the formula of a list twice and loses one copy, some 20 bytes a drop-down. fontconfig, and pango and glib on it,
 * keep what they found out about fonts until the process ends. */
const char *__lsan_default_suppressions(void);
__attribute__((weak)) const char *__lsan_default_suppressions(void)
{
    return "leak:libxlsxwriter.so\nleak:libfontconfig.so\nleak:libpango\nleak:libglib-2.0.so\n";
}
#endif
