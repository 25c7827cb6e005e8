import { testAirflow } from "./suite.ts";

testAirflow("airflow-3");
