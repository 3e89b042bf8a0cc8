// dprint-ignore-file
// Long because generated: the tables of `Query.grammar`, which `UPDATE=1 npm test` writes. Do not edit.
import {LRParser} from "@lezer/lr"
import {tokens} from "./QueryTokens.ts"
export const parser = LRParser.deserialize({
  version: 14,
  states: "%WQVQROOOVQRO'#CkOVQRO'#ClOVQRO'#CmOOQP'#Cn'#CnOnQRO'#CnOOQP'#Cz'#CzO|QRO'#CyOOQP'#Cy'#CyO!^QRO'#CxOOQP'#Cx'#CxQOQQOOOOQP,59V,59VOOQP,59W,59WO!iQRO,59XO!nQRO'#CoOOQP,59Y,59YOOQP'#Cs'#CsOVQRO'#CsO!vQRO,59]OVQRO'#CtO#WQRO,59^OOQP1G.s1G.sOOQP'#Cp'#CpO#cQRO,59ZOOQP,59_,59_OOQP-E6q-E6qOOQP,59`,59`OOQP-E6r-E6rO!nQRO1G.uO#hQRO7+$aOOQP<<G{<<G{",
  stateData: "#m~OkOS~OPTOQSORSOUPOVPOWQOXRO~OQ`OR`OXROZ_O~OSbOTmXimXYmX~PVOTdOilXYlX~OYfO~OQgORgO~OSbOTeaieaYea~PVOTdOifaYfa~O]mO~O[oO~O",
  goto: "#eoPPPPPPPPPPPPPPPppzp!U!X!_!d!h!nPPP!t!z#RaUOPQRVbcd`UOPQRVbcdR`TQh_RnmVWORdTYORQcVRjcQeXRleQZOR^RSXORRkdUVORdQ[PQ]QSaVcRib",
  nodeNames: "⚠ Field Word Phrase And Or NotWord Minus Plus Open Close RangeOpen RangeClose To Query Not Must Group Clause Range Bound Both Either",
  maxTerm: 30,
  skippedNodes: [0],
  repeatNodeCount: 2,
  tokenData: "!x~R]XYzYZz]^zpqz$f$gz#BY#BZz$IS$I_z$I|$I}z$I}$JOz$JT$JUz$KV$KWz&FU&FVz?HT?HUz~!P]k~XYzYZz]^zpqz$f$gz#BY#BZz$IS$I_z$I|$I}z$I}$JOz$JT$JUz$KV$KWz&FU&FVz?HT?HUz",
  tokenizers: [tokens, 0],
  topRules: {"Query":[0,14]},
  tokenPrec: 0
})
