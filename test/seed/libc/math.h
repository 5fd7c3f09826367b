double fabs(double x);
float fabsf(float x);
