double ldexp(double x, int exponent);
