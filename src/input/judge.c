/* judge -- why in this order: what an inode proves goes before what a name suggests; going on before
 * waiting, and waiting before reading anew. Lines that are lost look like silence; doubled ones are
 * seen. So what stays undecided is read, and told.
 *
 * Why 4 KiB, half, `alike`: many logs begin with the same banner, and a job writes the same first
 * lines each time it runs. So a part proves little: a PREFIX that is not longer than what two
 * different generations of the stream had in common proves nothing at all. */
#include "config.h"

#include "input/judge.h"

enum { A_LOT = 128 };

/* At least a whole line of N, and more than a banner, is R's. */
static bool is_alike(const struct evidence *e)
{
    return e->agrees > e->alike && e->from > 0;
}

/* Or a lot of its first line. */
static bool is_rather_alike(const struct evidence *e)
{
    return is_alike(e) || (e->agrees > e->alike && e->agrees >= A_LOT);
}

/* N is shorter than what was read of R, and what it has, beyond a banner, is R's. */
static bool is_part(const struct evidence *e)
{
    return e->relation == TAIL_PREFIX && e->agrees > e->alike;
}

static bool is_half(const struct evidence *e)
{
    return e->agrees >= e->offset / 2;
}

/* All but its last line, or, where that is much, half of it. */
static bool is_most(const struct evidence *e)
{
    return e->last_line || (e->offset >= JUDGE_MUCH && is_half(e));
}

static bool is_born_whole(const struct evidence *e)
{
    return e->born && e->relation == TAIL_SAME;
}

/* By its number, or as a copy: copytruncate; rotated while nobody looked. */
static bool is_whole(const struct evidence *e)
{
    return (e->inode || e->rest) && e->relation == TAIL_SAME;
}

/* Rather than in a copy of which more is left. */
static bool is_left_by_crash(const struct evidence *e)
{
    return e->rebooted && is_rather_alike(e) && !(e->copied && e->doubt);
}

static bool is_inode_after_crash(const struct evidence *e)
{
    return e->inode && is_left_by_crash(e);
}

static bool is_inode_cut(const struct evidence *e)
{
    return e->inode && is_part(e) && !e->copied && is_most(e);
}

static bool is_inode(const struct evidence *e)
{
    return e->inode;
}

/* The same, where the time of birth proves it. */
static bool is_born_after_crash(const struct evidence *e)
{
    return e->born && is_inode_after_crash(e);
}

static bool is_born_cut(const struct evidence *e)
{
    return e->born && is_inode_cut(e);
}

static bool is_born(const struct evidence *e)
{
    return e->born && is_inode(e);
}

static bool is_written_anew(const struct evidence *e)
{
    return e->replaced && e->relation == TAIL_SAME;
}

/* One that is still there, where a symlink led before, or under another name, is another log; and of one
 * that was edited and rotated then there is more elsewhere. */
static bool is_edited(const struct evidence *e)
{
    return e->replaced && e->seen && e->gone && !e->elsewhere && is_alike(e) &&
           (e->last_line || is_half(e));
}

static bool is_copy(const struct evidence *e)
{
    return e->copy;
}

/* A copy of what a crash had cut, or that was cut itself; not where there is one of all of it. */
static bool is_rest_after_crash(const struct evidence *e)
{
    return e->rest && !e->away && !e->copied && is_left_by_crash(e);
}

/* Under its name, or its base name, as a copy that somebody put back. */
static bool is_back(const struct evidence *e)
{
    return e->named && e->gone && e->relation == TAIL_SAME;
}

static bool is_back_with_times(const struct evidence *e)
{
    return is_back(e) && e->size == e->known_size && e->same_time;
}

static bool is_back_and_grown(const struct evidence *e)
{
    return is_back(e) && e->size > e->known_size && e->offset >= JUDGE_MUCH;
}

/* A slow copy, or one that gets its times at its end. */
static bool may_be_coming_back(const struct evidence *e)
{
    return e->named && e->gone && !e->still &&
           (e->relation == TAIL_PREFIX || (e->relation == TAIL_SAME && e->size <= e->known_size));
}

static bool is_read_part(const struct evidence *e)
{
    return e->rest && e->relation == TAIL_PREFIX &&
           (e->held > 0 || (e->lately && is_part(e) && e->size >= JUDGE_MUCH && is_half(e)));
}

/* A copy of it under a rotated name, not yet complete; or it is being unpacked. */
static bool may_be_copied(const struct evidence *e)
{
    return ((e->rest && e->gone) || (e->rotated && e->packed)) && !e->still &&
           e->relation == TAIL_PREFIX;
}

/* It waited, and may still be a copy that takes longer. */
static bool is_still_part(const struct evidence *e)
{
    return e->rest && e->still && e->relation == TAIL_PREFIX;
}

static bool is_written_again(const struct evidence *e)
{
    return (e->named || e->rotated || e->number) && e->gone &&
           (is_rather_alike(e) || e->perhaps > e->alike || is_still_part(e));
}

/* By an editor that keeps what was (sed -i.bak), or by a rotator, and a job wrote the same again? What
 * is not all of it is nothing unusual before it is much, if it was not there before. */
static bool is_set_aside(const struct evidence *e)
{
    bool is_put_back = e->older && e->relation == TAIL_PREFIX;

    return e->aside && is_alike(e) && (e->relation == TAIL_SAME || is_most(e) || is_put_back);
}

/* All of N or all of R is in the other, and N is no copy: it is older, or R went on in another. That R was compressed a
 * crash of the machine may have undone, and torn the end of N. */
static bool is_another_whole(const struct evidence *e)
{
    bool undone = e->packed && e->rebooted;

    return e->twin ||
           (e->rotated && !e->gone && (undone || e->relation != TAIL_OTHER) && is_alike(e));
}

static bool is_anything(const struct evidence *e)
{
    (void)e;
    return true;
}

bool judge_doubts(const struct evidence *e)
{
    bool has_lines = e->rebooted ? e->from > 0 : e->inode && e->perhaps > e->alike;

    return e->doubt || (has_lines && !e->copied);
}

const struct row *judge(const struct evidence *e)
{
    static const struct row table[] = {
        {1, VERDICT_SAME, is_born_whole},      /* also 3: absent, and back */
        {3, VERDICT_CUT, is_born_after_crash}, /* PREFIX, NULS, or written on since */
        {2, VERDICT_CUT, is_born_cut},         /* its last line gone, or much of it left */
        {2, VERDICT_NEW, is_born},             /* truncated: R is lost */
        {6, VERDICT_COPY, is_copy},            /* its original is there to be read */
        {5, VERDICT_SAME, is_whole},           /* of several it is the one of which most was read */
        {4, VERDICT_SAME, is_written_anew},    /* an editor, a copy renamed over it */
        {4, VERDICT_CUT, is_edited},           /* the same without its end, perhaps written on */
        {3, VERDICT_CUT, is_inode_after_crash}, /* or the number was given away again */
        {2, VERDICT_CUT, is_inode_cut},
        {2, VERDICT_NEW, is_inode},
        {5, VERDICT_CUT, is_rest_after_crash}, /* the same, after a crash of the machine */
        {8, VERDICT_SAME, is_back_with_times}, /* cp -a, rsync -t */
        {9, VERDICT_SAME, is_back_and_grown},  /* and written on */
        {0, VERDICT_WAIT, may_be_coming_back}, /* empty, or alike as far as it goes */
        {5, VERDICT_READ, is_read_part},       /* a copy that the truncation cut off */
        {0, VERDICT_WAIT, may_be_copied},      /* copytruncate, slowly */
        {10, VERDICT_AMBIGUOUS, is_written_again},
        {10, VERDICT_AMBIGUOUS, is_set_aside},
        {10, VERDICT_AMBIGUOUS, is_another_whole},
        {11, VERDICT_NEW, is_anything},
    };
    const struct row *row = table;

    while (!row->fits(e))
        row++;
    return row;
}
