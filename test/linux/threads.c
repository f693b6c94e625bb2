/*
 * Threads of a program for Linux: prints the same on Linux and on uos.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS	8
#define ROUNDS	2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static __thread long own = 5;
static long sum, turn;

static void *add(void *argument)
{
	long number = (long)argument;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		sum += number;
		own++;
		pthread_mutex_unlock(&lock);
	}
	return (void *)(own + number);
}

/* In the order of their numbers. */
static void *take_turns(void *argument)
{
	long number = (long)argument;

	pthread_mutex_lock(&lock);
	while (turn != number)
		pthread_cond_wait(&changed, &lock);
	printf("turn %ld\n", number);
	turn++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Floating point is each thread's own. */
static void *divide(void *argument)
{
	double value = (double)(long)argument, result = 0;

	for (int i = 1; i < 20000; i++)
		result += value / i;
	return (void *)(long)(result * 1000);
}

static void *tell_apart(void *argument)
{
	return (void *)(long)(syscall(SYS_gettid) != getpid() && argument == &lock);
}

static void run(const char *what, void *(*function)(void *))
{
	pthread_t threads[THREADS];
	void *results[THREADS];

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, function, (void *)i))
			printf("%s: no thread\n", what);
	for (long i = 0; i < THREADS; i++)
		pthread_join(threads[i], &results[i]);
	for (long i = 0; i < THREADS; i++)
		printf("%s %ld: %ld\n", what, i, (long)results[i]);
}

int main(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	pthread_barrier_init(&barrier, NULL, THREADS);
	run("add", add);
	printf("sum %ld, own %ld\n", sum, own);
	run("turns", take_turns);
	run("divide", divide);
	pthread_create(&thread, NULL, tell_apart, &lock);
	pthread_join(thread, &result);
	printf("another id: %ld\n", (long)result);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	printf("detached: %d\n", pthread_create(&thread, &attributes, tell_apart, NULL));
	return 0;
}
