/* What the parts of the session hand to one another.  Not for commands. */
#ifndef VET_CMD_SESSION_OWN_H
#define VET_CMD_SESSION_OWN_H

#include "session.h"

#ifndef VET_SHAREDIR
#define VET_SHAREDIR "/usr/local/share/vet"
#endif

/* session_words.c */
void session_print(void *session, const struct finding *f); /* a finding as one line on standard error */
/* The language of messages: `lang`, else the locale's; the catalogue lies in or beside the share folder. */
void session_language(const char *lang, const char *share);
/* session_store.c: a line of the log that tells of data handed out; `st` NULL: the store is opened for it. */
bool session_note(struct session *s, struct store *st, const char *to, const char *counts);

#endif
