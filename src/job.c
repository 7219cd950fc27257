#include "postgres.h"
#include "engine.h"
PG_FUNCTION_INFO_V1(leadconv_convert_leads_in_batches);
Datum
leadconv_convert_leads_in_batches(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
