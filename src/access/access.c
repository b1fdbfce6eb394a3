/* access.c - actors. */
#include "access/access.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

struct xt_actor xt_access_anonymous(void)
{
    return (struct xt_actor){.name = "anonymous", .reads = XT_PUBLIC, .may = {[XT_MAY_READ] = true}};
}

struct xt_actor xt_access_cli(struct xt_arena *arena)
{
    struct passwd entry, *found = NULL;
    char space[4096];
    struct xt_actor actor = {
        .reads = XT_OFFICER,
        .may = {[XT_MAY_READ] = true, [XT_MAY_WRITE] = true, [XT_MAY_ADMIN] = true},
    };

    /* Not $USER: whoever runs the program may set that to anything. */
    if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) == 0 && found &&
        xt_utf8_valid(entry.pw_name, strlen(entry.pw_name)))
        actor.name = xt_arena_printf(arena, "cli:%s", entry.pw_name);
    else
        actor.name = xt_arena_printf(arena, "cli:%u", (unsigned)getuid());
    return actor;
}
