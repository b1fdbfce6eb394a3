/*
 * banned.h - functions this code does not call: a use breaks the build (warnings are errors).
 *
 * The build includes it before every source file. Each row says what to use in their place.
 */
#ifndef XT_BASE_BANNED_H
#define XT_BASE_BANNED_H
#ifndef __ASSEMBLER__

/* Only types: the declarations below must come before those of the system's headers. */
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

struct tm;

#define XT_BANNED(instead) __attribute__((deprecated("banned: use " instead)))

/* They write past the end of what they are given. */
XT_BANNED("base/text.h") char *strcpy(char *, const char *);
XT_BANNED("base/text.h") char *stpcpy(char *, const char *);
XT_BANNED("base/text.h") char *strcat(char *, const char *);
XT_BANNED("base/text.h") char *strncpy(char *, const char *, size_t);
XT_BANNED("base/text.h") char *strncat(char *, const char *, size_t);
XT_BANNED("base/text.h or snprintf") int sprintf(char *, const char *, ...);
XT_BANNED("base/text.h or vsnprintf") int vsprintf(char *, const char *, va_list);
XT_BANNED("fgets") char *gets(char *);

/* They cannot tell a number from what is none. */
XT_BANNED("base/number.h") int atoi(const char *);
XT_BANNED("base/number.h") long atol(const char *);
XT_BANNED("base/number.h") long long atoll(const char *);
XT_BANNED("base/number.h") double atof(const char *);

/* They keep their result in one place for all threads. */
XT_BANNED("base/text.h") char *strtok(char *, const char *);
XT_BANNED("base/time.h") struct tm *localtime(const time_t *);
XT_BANNED("base/time.h") struct tm *gmtime(const time_t *);
XT_BANNED("base/time.h") char *asctime(const struct tm *);
XT_BANNED("base/time.h") char *ctime(const time_t *);

#undef XT_BANNED
#endif
#endif
