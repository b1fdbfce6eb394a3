/* request.c - parameters of a request as handlers read them. http/ has checked them against the route's rows. */
#include <assert.h>
#include <string.h>

#include "base/number.h"
#include "room/room.h"

static const struct xt_param *row_of(const struct xt_request *request, const char *name)
{
    const struct xt_param *row = request->route ? request->route->params : NULL;

    for (; row && row->name; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

struct xt_str xt_request_param(const struct xt_request *request, const char *name)
{
    const struct xt_param *row;
    size_t i;

    assert(request && name);
    for (i = 0; i < request->param_count; i++) {
        if (xt_str_is(request->params[i].name, name))
            return request->params[i].value;
    }
    row = row_of(request, name);
    return row && row->otherwise ? xt_str(row->otherwise) : (struct xt_str){NULL, 0};
}

int64_t xt_request_int(const struct xt_request *request, const char *name, int64_t otherwise)
{
    int64_t value;

    return xt_int_parse(xt_request_param(request, name), &value) ? value : otherwise;
}

bool xt_request_bool(const struct xt_request *request, const char *name, bool otherwise)
{
    struct xt_str value = xt_request_param(request, name);

    if (xt_str_is(value, "true") || xt_str_is(value, "1") || xt_str_is(value, "yes"))
        return true;
    if (xt_str_is(value, "false") || xt_str_is(value, "0") || xt_str_is(value, "no"))
        return false;
    return otherwise;
}
