/* main -- finds the command and hands it its arguments. */
int main(void)
{
    return 2;
}
