/* mapping_path.c - paths into JSON rows: "names[lang=zh].value", "locations[0].name", "$.id". */
#include <stddef.h>
#include <string.h>

#include "base/number.h"
#include "exchange/mapping_priv.h"

#define STEPS_MAX 24

static bool parse_where(struct xt_str inside, struct xt_arena *arena, struct step *out)
{
    size_t equals = xt_str_find(inside, XT_STR("="));
    struct xt_str name, value;

    if (equals == SIZE_MAX || equals == 0)
        return false;
    name = (struct xt_str){inside.s, equals};
    value = (struct xt_str){inside.s + equals + 1, inside.n - equals - 1};
    out->kind = STEP_WHERE;
    if (name.s[name.n - 1] == '!') {
        out->kind = STEP_WHERE_NOT;
        name.n--;
    }
    name = xt_str_trim(name);
    value = xt_str_trim(value);
    if (name.n == 0)
        return false;
    out->name = xt_arena_strndup(arena, name.s, name.n);
    out->value = (struct xt_str){xt_arena_strndup(arena, value.s, value.n), value.n};
    return true;
}

static bool parse_bracket(struct xt_str inside, struct xt_arena *arena, struct step *out)
{
    int64_t index;

    if (xt_str_is(inside, "*")) {
        out->kind = STEP_ALL;
        return true;
    }
    if (xt_int_parse(inside, &index)) {
        if (index < 0 || index > 100000)
            return false;
        out->kind = STEP_INDEX;
        out->index = (size_t)index;
        return true;
    }
    return parse_where(inside, arena, out);
}

/* What is known of a row beside its cells. */
static const struct {
    const char *name;
    size_t offset; /* of a struct xt_str */
} places[] = {
    {":file", offsetof(struct xt_row, file)},
    {":member", offsetof(struct xt_row, member)},
    {":sheet", offsetof(struct xt_row, sheet)},
    {":title", offsetof(struct xt_row, title)},
    {":row", XT_PLACE_NUMBER},
};

static bool parse_place(struct xt_str text, struct ref *out)
{
    size_t i;

    for (i = 0; i < XT_COUNT(places); i++) {
        if (!xt_str_is(text, places[i].name))
            continue;
        out->of_place = true;
        out->place = places[i].offset;
        return true;
    }
    return false;
}

bool xt_path_parse(struct xt_str text, struct xt_arena *arena, struct ref *out)
{
    struct step steps[STEPS_MAX];
    size_t count = 0, i = 0;

    if (parse_place(text, out))
        return true;
    out->from_root = xt_str_starts(text, "$.");
    if (out->from_root)
        i = 2;
    while (i < text.n) {
        size_t start = i;

        if (count == STEPS_MAX)
            return false;
        memset(&steps[count], 0, sizeof steps[count]);
        if (text.s[i] == '[') {
            const char *close = memchr(text.s + i, ']', text.n - i);

            if (!close)
                return false;
            if (!parse_bracket((struct xt_str){text.s + i + 1, (size_t)(close - text.s) - i - 1}, arena, &steps[count]))
                return false;
            i = (size_t)(close - text.s) + 1;
        } else {
            while (i < text.n && text.s[i] != '.' && text.s[i] != '[')
                i++;
            if (i == start)
                return false;
            steps[count].kind = STEP_NAME;
            steps[count].name = xt_arena_strndup(arena, text.s + start, i - start);
        }
        count++;
        if (i < text.n && text.s[i] == '.') {
            i++;
            if (i == text.n)
                return false;
        }
    }
    if (count > 0) {
        struct step *kept = xt_arena_alloc(arena, count * sizeof *kept);

        memcpy(kept, steps, count * sizeof *kept);
        out->steps = kept;
    }
    out->step_count = count;
    return count > 0;
}
