typedef struct { int count; } sem_t;
int sem_init(sem_t *semaphore, int shared, unsigned count);
int sem_wait(sem_t *semaphore);
int sem_post(sem_t *semaphore);
