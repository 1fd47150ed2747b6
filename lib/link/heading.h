/* What the heading of a column tells, in the languages of lists that are met. */
#ifndef VET_LINK_HEADING_H
#define VET_LINK_HEADING_H

#include "link/kind.h"

/* Instead of a kind: */
enum {
    HEADING_SILENT = -1, /* it tells nothing */
    HEADING_ANSWER = -2, /* what linking is to find: a cluster, an entity, a label */
    HEADING_NAME = -4,   /* the name of somebody or something */
    HEADING_ASIDE = -3,  /* says nothing of whom the record is about: a remark, when it was entered, by whom */
};
int heading_kind(struct str heading);
/* The next kind that it may mean, where values belie the one before; *at is 0 at first. */
int heading_next(struct str heading, size_t *at);
bool heading_is_birth(struct str heading);
bool heading_is_age(struct str heading);
/* "id", "no", 序号, "rec_id": the record's own number, or the list's. */
bool heading_is_record(struct str heading);
/* Any number that something was given: "patient_id", "voter no", 编号; not of a family or a group. */
bool heading_is_number(struct str heading);
/* "name", "full name", "person_name": of people; "site name" is not. */
bool heading_is_whole_name(struct str heading);
/* Who runs a company, or answers for it. */
bool heading_is_contact(struct str heading);
/* A company's name, the title of a book. */
bool heading_is_title(struct str heading);

#endif
