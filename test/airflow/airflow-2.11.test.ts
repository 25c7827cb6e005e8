import { testAirflow } from "./suite.ts";

testAirflow("airflow-2.11");
