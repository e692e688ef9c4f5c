/**
 * The room in WebGL2: all maps are one draw call, all lines another. A value is a number in a texture until the
 * fragment shader looks up its colour, so that a cell is sharp at every size.
 */
import { axesOf, type Camera, type Point } from "./camera.js";
import { type Scene, thickness } from "./scene.js";

export interface Line {
  readonly from: Point;
  readonly to: Point;
  /** CSS pixels. */
  readonly width: number;
  readonly colour: Colour;
}

export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

export interface Look {
  /** 512 colours of the signed scale, then 512 of pictures: RGBA. */
  readonly palette: Uint8Array;
  readonly edge: Colour;
  readonly paper: Colour;
}

const textureWidth = 1024;

const shared = `#version 300 es
precision highp float; precision highp int;
uniform vec3 right, up, away, middle;
uniform vec2 size; uniform float zoom;
vec4 seen(vec3 p) { vec3 d = p - middle; return vec4(dot(right, d) * zoom * 2.0 / size.x, dot(up, d) * zoom * 2.0 / size.y, dot(away, d) / 8000.0, 1.0); }
`;
const boxVertex = `${shared}
layout(location=0) in vec3 corner; layout(location=1) in vec3 at; layout(location=2) in vec2 extent;
layout(location=3) in vec4 cells; layout(location=4) in vec4 numbers;
out vec2 place; flat out vec4 shape; flat out vec4 source; flat out float side;
void main() {
  vec3 p = at + corner * vec3(${thickness.toFixed(1)}, extent.y, extent.x);
  place = vec2(corner.z + 0.5, 0.5 - corner.y);
  shape = cells; source = numbers;
  side = gl_VertexID < 12 ? 1.0 : 0.0;
  gl_Position = seen(p);
}`;
const boxFragment = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D;
in vec2 place; flat in vec4 shape; flat in vec4 source; flat in float side;
uniform sampler2D values, palette; uniform vec4 edge, paper;
out vec4 colour;
void main() {
  if (side < 0.5) { colour = edge; return; }
  vec2 cell = place * shape.yx;
  ivec2 c = ivec2(min(floor(cell), shape.yx - 1.0));
  bool isLine = source.w < 0.0;
  int k = isLine ? c.x * int(shape.x) + c.y : c.y * int(shape.y) + c.x;
  if (k >= int(shape.z)) { colour = paper; return; }
  int at = int(source.x) + k * int(source.y);
  float value = texelFetch(values, ivec2(at % ${textureWidth}, at / ${textureWidth}), 0).r;
  bool isPicture = source.z < 0.0;
  float share = isPicture ? value / -source.z : value / source.z * 0.5 + 0.5;
  int step = int(clamp(share * 511.0 + 0.5, 0.0, 511.0));
  colour = texelFetch(palette, ivec2(step, isPicture ? 1 : 0), 0);
  // Lines between cells, as long as a cell is wider than a few pixels; and the map's own edge.
  vec2 slope = fwidth(cell);
  vec2 near = min(fract(cell), 1.0 - fract(cell)) / slope;
  float between = 1.0 - smoothstep(0.0, 1.0, min(near.x, near.y));
  float fade = 1.0 - smoothstep(0.08, 0.22, max(slope.x, slope.y));
  vec2 rim = min(cell, shape.yx - cell) / slope;
  float around = 1.0 - smoothstep(0.4, 1.4, min(rim.x, rim.y));
  colour = mix(colour, edge, max(between * fade * 0.45, around * 0.9));
}`;
const lineVertex = `${shared}
layout(location=0) in vec2 corner; layout(location=1) in vec3 from; layout(location=2) in vec3 to;
layout(location=3) in float width; layout(location=4) in vec4 tint;
out vec4 shade;
void main() {
  vec4 a = seen(from), b = seen(to);
  vec2 along = (b.xy - a.xy) * size;
  vec2 across = length(along) > 0.0 ? normalize(vec2(-along.y, along.x)) : vec2(0.0);
  vec4 p = mix(a, b, corner.x);
  p.xy += across * corner.y * width / size;
  p.z -= 0.0006 + float(gl_InstanceID) * 1.5e-6; // what is drawn later lies over it
  shade = tint;
  gl_Position = p;
}`;
const lineFragment = `#version 300 es
precision highp float; in vec4 shade; out vec4 colour;
void main() { colour = vec4(shade.rgb * shade.a, shade.a); }`;

/** Two triangles a face; the faces with the map first. */
function cube(): Float32Array {
  const faces: readonly (readonly [axis: number, side: number])[] = [
    [0, -0.5],
    [0, 0.5],
    [1, -0.5],
    [1, 0.5],
    [2, -0.5],
    [2, 0.5],
  ];
  return Float32Array.from(
    faces.flatMap(([axis, side]) =>
      [
        [-0.5, -0.5],
        [0.5, -0.5],
        [0.5, 0.5],
        [-0.5, -0.5],
        [0.5, 0.5],
        [-0.5, 0.5],
      ].flatMap(([a, b]) => (axis === 0 ? [side, a, b] : axis === 1 ? [a, side, b] : [a, b, side])),
    ),
  );
}

export class SpacePainter {
  readonly #gl: WebGL2RenderingContext;
  readonly #boxes: Part;
  readonly #lines: Part;
  readonly #values: WebGLTexture;
  readonly #palette: WebGLTexture;

  /** @returns undefined where there is no WebGL2 */
  static on(canvas: HTMLCanvasElement): SpacePainter | undefined {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: true, powerPreference: "low-power" });
    return gl ? new SpacePainter(gl) : undefined;
  }

  private constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#boxes = new Part(gl, boxVertex, boxFragment, cube(), 3, [3, 2, 4, 4]);
    const strip = Float32Array.of(0, -1, 1, -1, 1, 1, 0, -1, 1, 1, 0, 1);
    this.#lines = new Part(gl, lineVertex, lineFragment, strip, 2, [3, 3, 1, 4]);
    this.#values = gl.createTexture();
    this.#palette = gl.createTexture();
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthFunc(gl.LEQUAL);
  }

  scene({ boxes, numbers }: Scene): void {
    const rows = Math.max(1, Math.ceil(numbers.length / textureWidth));
    const padded = new Float32Array(rows * textureWidth);
    padded.set(numbers);
    this.#texture(this.#values, 0);
    const gl = this.#gl;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, textureWidth, rows, 0, gl.RED, gl.FLOAT, padded);
    this.#boxes.instances(
      boxes.map(({ at, width, height, rows, columns, count, offset, stride, range, isPicture, isLine }) => [
        ...at,
        width,
        height,
        rows,
        columns,
        count,
        0,
        offset,
        stride,
        isPicture ? -range : range,
        isLine ? -1 : 1,
      ]),
    );
  }

  lines(lines: readonly Line[]): void {
    this.#lines.instances(lines.map(({ from, to, width, colour }) => [...from, ...to, width, ...colour]));
  }

  /** @returns how many draw calls it took */
  draw(camera: Camera, look: Look, { width, height }: { width: number; height: number }): number {
    const gl = this.#gl;
    const { canvas } = gl;
    const sharp = Math.min(globalThis.devicePixelRatio || 1, 2);
    const [w, h] = [Math.round(width * sharp), Math.round(height * sharp)];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    gl.viewport(0, 0, w, h);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.#texture(this.#palette, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 512, 2, 0, gl.RGBA, gl.UNSIGNED_BYTE, look.palette);
    this.#texture(this.#values, 0);
    const [right, up, away] = axesOf(camera);
    for (const part of [this.#boxes, this.#lines]) {
      part.use();
      part.vector("right", right);
      part.vector("up", up);
      part.vector("away", away);
      part.vector("middle", camera.at);
      part.vector("size", [width, height]);
      part.vector("zoom", [camera.zoom]);
    }
    this.#boxes.use();
    this.#boxes.whole("values", 0);
    this.#boxes.whole("palette", 1);
    this.#boxes.vector("edge", look.edge);
    this.#boxes.vector("paper", look.paper);
    return this.#boxes.draw() + this.#lines.draw();
  }

  dispose(): void {
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #texture(texture: WebGLTexture, unit: number): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ])
      gl.texParameteri(gl.TEXTURE_2D, name, value);
  }
}

/** One shape, drawn many times. */
class Part {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #array: WebGLVertexArrayObject;
  readonly #buffer: WebGLBuffer;
  readonly #vertices: number;
  #count = 0;

  constructor(
    gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
    shape: Float32Array,
    width: number,
    sizes: readonly number[],
  ) {
    this.#gl = gl;
    this.#program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
        throw new Error(gl.getShaderInfoLog(shader) ?? "");
      gl.attachShader(this.#program, shader);
    }
    gl.linkProgram(this.#program);
    this.#vertices = shape.length / width;
    this.#array = gl.createVertexArray();
    gl.bindVertexArray(this.#array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, shape, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, width, gl.FLOAT, false, 0, 0);
    this.#buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    const all = 4 * sizes.reduce((a, b) => a + b, 0);
    let offset = 0;
    sizes.forEach((size, i) => {
      gl.enableVertexAttribArray(i + 1);
      gl.vertexAttribPointer(i + 1, size, gl.FLOAT, false, all, offset);
      gl.vertexAttribDivisor(i + 1, 1);
      offset += 4 * size;
    });
  }

  instances(rows: readonly (readonly number[])[]): void {
    const gl = this.#gl;
    this.#count = rows.length;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(rows.flat()), gl.DYNAMIC_DRAW);
  }

  use(): void {
    this.#gl.useProgram(this.#program);
  }

  vector(name: string, values: readonly number[]): void {
    const gl = this.#gl;
    const at = gl.getUniformLocation(this.#program, name);
    if (values.length === 1) gl.uniform1f(at, values[0]);
    else if (values.length === 2) gl.uniform2fv(at, values as number[]);
    else if (values.length === 3) gl.uniform3fv(at, values as number[]);
    else gl.uniform4fv(at, values as number[]);
  }

  whole(name: string, value: number): void {
    this.#gl.uniform1i(this.#gl.getUniformLocation(this.#program, name), value);
  }

  draw(): number {
    if (this.#count === 0) return 0;
    const gl = this.#gl;
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#array);
    gl.drawArraysInstanced(gl.TRIANGLES, 0, this.#vertices, this.#count);
    return 1;
  }
}
