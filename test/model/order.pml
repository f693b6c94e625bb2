/*
 * Memory order for the models: stores that are on their way.
 *
 * RVWMO lets a store become visible to others after loads that follow it, and stores
 * to different words in any order.  So a WORD has a place in front of it: STORE puts
 * the value there, and the process `memory` of each model moves it on at any time.
 * A word has one writer at a time, or its writers wait for each other.
 *
 *	WORD(w, v)	a word and its first value
 *	STORE(w, v)	plain, relaxed, or a relaxed AMO whose answer nobody uses
 *	SEEN(w)		what others load
 *	OWN(w)		what its writer loads: its own store, if that is on its way
 *	SETTLED(w)	as a statement: what a fence waits for.  Before a load: fence rw,rw;
 *			before another store: fence rw,w, a release
 *	DRAIN(w)	the option of `memory`
 *
 * Loads are done in program order here; where a load must not come early is litmus.py's
 * business.
 */
#define WORD(w, initial)	byte w = initial; byte w##_new = 0; bool w##_away = false
#define STORE(w, v)	atomic { !w##_away -> w##_new = (v); w##_away = true }
#define SEEN(w)		(w)
#define OWN(w)		(w##_away -> w##_new : w)
#define SETTLED(w)	(!w##_away)
#define DRAIN(w)	:: d_step { w##_away -> w = w##_new; w##_away = false }
