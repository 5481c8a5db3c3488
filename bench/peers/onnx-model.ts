// ONNX models made of a list of nodes. The wire format is protobufjs's: onnxruntime-web brings it along, and this page of schema is all that small models
// need of it, where `onnx-proto` would add a second, older protobufjs and a megabyte of generated code.
import protobuf from 'protobufjs';

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integers become `int`, other numbers `float`, strings and lists of integers what they are. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Written as `float` even where it is whole. */
export interface FloatAttribute {
  readonly float: number;
}
type AttributeValue = number | string | readonly number[] | FloatAttribute;

export interface OnnxGraph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly OnnxNode[];
  /** Scalars of float32, and lists of int64, which are axes and shapes. */
  readonly constants?: Readonly<Record<string, number | readonly number[]>>;
  readonly output: { readonly name: string; readonly shape: readonly number[] };
}

// Field numbers are those of onnx.proto.
const schema = `
syntax = "proto3";
message Attribute { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20; }
message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { int64 dim_value = 1; }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { TensorType tensor_type = 1; }
message ValueInfo { string name = 1; Type type = 2; }
message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
message OperatorSet { string domain = 1; int64 version = 2; }
message Model { int64 ir_version = 1; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`;
const modelType = protobuf.parse(schema, { keepCase: true }).root.lookupType('Model');

const elementTypes = { float32: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;
// Gelu came with operator set 20; intermediate representation 9 is of the same release.
const [operatorSet, irVersion] = [20, 9];

export function encodeModel({ inputs, nodes, constants = {}, output }: OnnxGraph): Uint8Array {
  const message = {
    ir_version: irVersion,
    opset_import: [{ domain: '', version: operatorSet }],
    graph: {
      name: output.name,
      input: Object.entries(inputs).map(([name, shape]) => valueInfo(name, shape)),
      output: [valueInfo(output.name, output.shape)],
      node: nodes.map((node, i) => ({
        name: `${node.op}_${i}`,
        op_type: node.op,
        input: node.inputs,
        output: [node.output],
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => ({
          name,
          ...attribute(value),
        })),
      })),
      initializer: Object.entries(constants).map(([name, value]) => ({ name, ...initializer(value) })),
    },
  };
  const wrong = modelType.verify(message);
  if (wrong !== null) throw new Error(`not an ONNX model: ${wrong}`);
  return modelType.encode(message).finish();
}

function valueInfo(name: string, shape: readonly number[]): object {
  const dim = shape.map((dim_value) => ({ dim_value }));
  return { name, type: { tensor_type: { elem_type: elementTypes.float32, shape: { dim } } } };
}

function attribute(value: AttributeValue): object {
  if (typeof value === 'string') return { type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if (typeof value === 'object' && 'float' in value) return { type: attributeTypes.float, f: value.float };
  if (typeof value === 'object') return { type: attributeTypes.ints, ints: value };
  return Number.isInteger(value)
    ? { type: attributeTypes.int, i: value }
    : { type: attributeTypes.float, f: value };
}

function initializer(value: number | readonly number[]): object {
  if (typeof value === 'number')
    return {
      dims: [],
      data_type: elementTypes.float32,
      raw_data: new Uint8Array(Float32Array.of(value).buffer),
    };
  const data = BigInt64Array.from(value, BigInt);
  return { dims: [value.length], data_type: elementTypes.int64, raw_data: new Uint8Array(data.buffer) };
}
