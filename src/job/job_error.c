/* An error as JSON: {"code":"busy","msg":"store-busy","field":"","args":[10000]}. Words are found where it is read. */
#include <string.h>

#include "base/json.h"
#include "job/job_priv.h"

void xt_job_error_write(const struct xt_error *failure, struct xt_text *out)
{
    struct xt_json w;

    xt_json_init(&w, out);
    xt_json_object(&w);
    xt_json_kv_z(&w, "code", xt_code_name(failure->code));
    xt_json_kv_z(&w, "msg", xt_msg_name(failure->msg));
    xt_json_kv_z(&w, "field", failure->field);
    xt_json_key(&w, "args");
    xt_json_array(&w);
    for (size_t i = 0; i < XT_ARGS_MAX && failure->args[i].kind != XT_ARG_NONE; i++) {
        if (failure->args[i].kind == XT_ARG_INT)
            xt_json_add_int(&w, failure->args[i].i);
        else
            xt_json_add_z(&w, failure->args[i].text);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
}

/* A name this program does not know (the job was another version's) reads as an internal error that says it. */
static enum xt_msg msg_named(const char *name)
{
    for (int msg = 0; msg < XT_MSG_COUNT; msg++)
        if (strcmp(xt_msg_name((enum xt_msg)msg), name) == 0)
            return (enum xt_msg)msg;
    return XT_MSG_INTERNAL;
}

static enum xt_code code_named(const char *name)
{
    for (int code = 0; code < XT_CODES_COUNT; code++)
        if (strcmp(xt_code_name((enum xt_code)code), name) == 0)
            return (enum xt_code)code;
    return XT_E_INTERNAL;
}

static struct xt_arg_in arg_of(const json_t *args, size_t index)
{
    const json_t *arg = json_array_get(args, index);

    if (json_is_integer(arg))
        return XT_INT(json_integer_value(arg));
    return json_is_string(arg) ? XT_VIEW(xt_json_view(arg)) : (struct xt_arg_in){.kind = XT_ARG_NONE};
}

bool xt_job_error_read(struct xt_str json, struct xt_error *out)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    const char *name;
    const json_t *args;
    enum xt_msg msg;

    if (xt_json_parse(json, &tree, NULL) != XT_OK || !json_is_object(tree))
        return false;
    name = xt_json_z(tree, "msg", "");
    args = xt_json_get(tree, "args");
    msg = msg_named(name);
    if (msg == XT_MSG_INTERNAL && strcmp(name, xt_msg_name(XT_MSG_INTERNAL)) != 0)
        (void)xt_fail(out, code_named(xt_json_z(tree, "code", "")), "", msg, XT_TEXT(name));
    else
        (void)xt_fail(out, code_named(xt_json_z(tree, "code", "")), xt_json_z(tree, "field", ""), msg, arg_of(args, 0),
                      arg_of(args, 1), arg_of(args, 2), arg_of(args, 3));
    return true;
}
