/*
 * access.h - who asks: the actor of a request or a command.
 *
 * Over HTTP everybody is anonymous, may read, and sees what is public. The command line speaks for the person at it
 * ("cli:NAME" of the operating system), may all and sees all but what never leaves the node.
 */
#ifndef XT_ACCESS_ACCESS_H
#define XT_ACCESS_ACCESS_H

#include "room/room.h"

struct xt_actor xt_access_anonymous(void);
/* Its name lies in arena. */
struct xt_actor xt_access_cli(struct xt_arena *arena);

#endif
