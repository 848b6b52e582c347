import { localTextOf } from "x";
