a + # c
if x
,
{1, }
