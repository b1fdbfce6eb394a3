/* error.c - problems and their sentences. */
#include "base/error.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct {
    int status;
    const char *name;
} codes[] = {
#define X(name, status, wire) [XT_##name] = {status, wire},
    XT_CODES(X)
#undef X
};

static const struct {
    const char *name;
    const char *sentence[XT_LANGS];
} messages[] = {
#define X(name, zh, en) [XT_MSG_##name] = {#name, {zh, en}},
#include "base/msg.def"
#undef X
};

int xt_code_status(enum xt_code code)
{
    assert(code < XT_CODES_COUNT);
    return codes[code].status;
}

const char *xt_code_name(enum xt_code code)
{
    assert(code < XT_CODES_COUNT);
    return codes[code].name;
}

const char *xt_msg_sentence(enum xt_msg msg, enum xt_lang lang)
{
    assert(msg < XT_MSG_COUNT && lang < XT_LANGS);
    return messages[msg].sentence[lang];
}

const char *xt_msg_name(enum xt_msg msg)
{
    static _Thread_local char wire[64];
    size_t i;

    assert(msg < XT_MSG_COUNT);
    for (i = 0; messages[msg].name[i] && i < sizeof wire - 1; i++)
        wire[i] = messages[msg].name[i] == '_' ? '-' : (char)tolower((unsigned char)messages[msg].name[i]);
    wire[i] = '\0';
    return wire;
}

static void copy_args(struct xt_arg out[XT_ARGS_MAX], const struct xt_arg_in *args, size_t count)
{
    size_t i;

    memset(out, 0, XT_ARGS_MAX * sizeof *out);
    for (i = 0; i < count && i < XT_ARGS_MAX; i++) {
        size_t n = xt_utf8_clip(args[i].text.s, args[i].text.n, 120);

        out[i].kind = args[i].kind;
        out[i].i = args[i].i;
        if (n > 0)
            memcpy(out[i].text, args[i].text.s, n);
        if (n < args[i].text.n)
            memcpy(out[i].text + n, "\xE2\x80\xA6", 3); /* an ellipsis: 120 + 3 fits in 124 */
    }
}

enum xt_code xt_fail_(struct xt_error *err, enum xt_code code, const char *field, enum xt_msg msg,
                      const struct xt_arg_in *args, size_t count)
{
    assert(code != XT_OK);
    if (err) {
        size_t n = xt_utf8_clip(field, strlen(field), sizeof err->field - 1);

        err->code = code;
        memcpy(err->field, field, n);
        err->field[n] = '\0';
        err->msg = msg;
        copy_args(err->args, args, count);
    }
    return code;
}

static void say(enum xt_msg msg, const struct xt_arg args[XT_ARGS_MAX], enum xt_lang lang, struct xt_text *out)
{
    const char *s = xt_msg_sentence(msg, lang);

    for (; *s; s++) {
        if (s[0] == '{' && s[1] >= '1' && s[1] <= '0' + XT_ARGS_MAX && s[2] == '}') {
            const struct xt_arg *arg = &args[s[1] - '1'];

            if (arg->kind == XT_ARG_INT)
                xt_text_add_int(out, arg->i);
            else
                xt_text_add_z(out, arg->text);
            s += 2;
        } else {
            xt_text_add_char(out, *s);
        }
    }
}

void xt_error_say(const struct xt_error *err, enum xt_lang lang, struct xt_text *out)
{
    say(err->msg, err->args, lang, out);
}

void xt_problems_init(struct xt_problems *problems)
{
    *problems = (struct xt_problems){0};
}

void xt_problems_clear(struct xt_problems *problems)
{
    size_t i;

    for (i = 0; i < problems->count; i++)
        free(problems->list[i].path);
    problems->count = problems->seen = 0;
}

void xt_problems_done(struct xt_problems *problems)
{
    xt_problems_clear(problems);
    free(problems->list);
    *problems = (struct xt_problems){0};
}

static struct xt_problem *add(struct xt_problems *problems, const char *path, enum xt_msg msg)
{
    struct xt_problem *problem;

    problems->seen++;
    if (problems->count >= XT_PROBLEMS_MAX)
        return NULL;
    xt_grow(&problems->list, &problems->capacity, problems->count + 1, sizeof *problems->list);
    problem = &problems->list[problems->count++];
    *problem = (struct xt_problem){.path = xt_strdup(path), .msg = msg};
    return problem;
}

void xt_problem_(struct xt_problems *problems, const char *path, enum xt_msg msg, const struct xt_arg_in *args,
                 size_t count)
{
    struct xt_problem *problem = add(problems, path, msg);

    if (problem)
        copy_args(problem->args, args, count);
}

void xt_problems_add_error(struct xt_problems *problems, const struct xt_error *err)
{
    struct xt_problem *problem = add(problems, err->field, err->msg);

    if (problem)
        memcpy(problem->args, err->args, sizeof problem->args);
}

void xt_problem_say(const struct xt_problem *problem, enum xt_lang lang, struct xt_text *out)
{
    say(problem->msg, problem->args, lang, out);
}

void xt_problems_say(const struct xt_problems *problems, enum xt_lang lang, struct xt_text *out)
{
    size_t i, shown = problems->count < 20 ? problems->count : 20;

    for (i = 0; i < shown; i++) {
        if (i > 0)
            xt_text_add_z(out, lang == XT_ZH ? "；" : "; ");
        if (problems->list[i].path[0]) {
            xt_text_add_z(out, problems->list[i].path);
            xt_text_add_z(out, lang == XT_ZH ? "：" : " ");
        }
        xt_problem_say(&problems->list[i], lang, out);
    }
    if (problems->seen > shown)
        xt_text_addf(out, lang == XT_ZH ? "；另有 %zu 项" : "; and %zu more", problems->seen - shown);
}
