"""Which of Keras's operation classes computes what which function of ``ops`` does."""

from __future__ import annotations

# Functions whose class has the same name, in camel case, and takes no arguments.
_PLAIN = {
    "core": """
        slice_update stop_gradient
    """,
    "linalg": """
        det eig eigh inv lu_factor solve
    """,
    "math": """
        erf erfc erfinv logdet rsqrt view_as_complex view_as_real
    """,
    "nn": """
        hard_sigmoid hard_silu hard_tanh log_sigmoid polar relu relu6 selu sigmoid silu
        softplus softsign sparse_plus sparse_sigmoid tanh_shrink
    """,
    "numpy": """
        absolute add angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and
        bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
        bitwise_xor cbrt ceil conj conjugate copy corrcoef cos cosh deg2rad digitize divide
        divide_no_nan dot dstack equal exp exp2 expm1 fabs fliplr flipud floor floor_divide
        fmax fmin fmod gcd get_item greater greater_equal heaviside hstack hypot i0 imag
        inner isfinite isinf isnan isneginf isposinf isreal kron lcm ldexp left_shift less
        less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not
        logical_or logical_xor matmul maximum minimum mod multiply negative nextafter
        nonzero not_equal ones_like outer power rad2deg ravel real reciprocal right_shift
        round select sign signbit sin sinc sinh size slogdet sqrt square subtract tan tanh
        true_divide trunc vdot vstack where zeros_like
    """,
}
# Function, module, class, arguments of its constructor.
_WITH_ARGUMENTS = """
    abs numpy Absolute
    adaptive_average_pool nn AdaptiveAveragePool output_size,data_format
    adaptive_max_pool nn AdaptiveMaxPool output_size,data_format
    all numpy All axis,keepdims
    allclose numpy AllClose rtol,atol,equal_nan
    amax numpy Amax axis,keepdims
    amin numpy Amin axis,keepdims
    any numpy Any axis,keepdims
    append numpy Append axis
    arange numpy Arange dtype
    argmax numpy Argmax axis,keepdims
    argmin numpy Argmin axis,keepdims
    argpartition numpy Argpartition kth,axis
    argsort numpy Argsort axis
    array numpy Array dtype
    array_split numpy ArraySplit indices_or_sections,axis
    average numpy Average axis
    average_pool nn AveragePool pool_size,strides,padding,data_format
    batch_normalization nn BatchNorm axis,epsilon
    binary_crossentropy nn BinaryCrossentropy from_logits
    bincount numpy Bincount weights,minlength,sparse
    broadcast_to numpy BroadcastTo shape
    cast core Cast dtype
    categorical_crossentropy nn CategoricalCrossentropy from_logits,axis
    cdist math CDist
    celu nn Celu alpha
    cholesky linalg Cholesky upper
    cholesky_inverse linalg CholeskyInverse upper
    clip numpy Clip x_min,x_max
    concatenate numpy Concatenate axis
    conv nn Conv strides,padding,data_format,dilation_rate
    conv_transpose nn ConvTranspose strides,padding,output_padding,data_format,dilation_rate
    correlate numpy Correlate mode
    count_nonzero numpy CountNonzero axis
    cross numpy Cross axisa,axisb,axisc,axis
    ctc_decode nn CTCDecode strategy,beam_width,top_paths,merge_repeated,mask_index
    ctc_loss nn CTCLoss mask_index
    cumprod numpy Cumprod axis,dtype
    cumsum numpy Cumsum axis,dtype
    depth_to_space nn DepthToSpace block_size,data_format
    depthwise_conv nn DepthwiseConv strides,padding,data_format,dilation_rate
    diag numpy Diag k
    diagflat numpy Diagflat k
    diagonal numpy Diagonal offset,axis1,axis2
    diff numpy Diff n,axis
    dot_product_attention nn DotProductAttention is_causal,flash_attention,attn_logits_soft_cap
    dsplit numpy Dsplit indices_or_sections
    einsum numpy Einsum subscripts
    elu nn Elu alpha
    empty_like numpy EmptyLike dtype
    expand_dims numpy ExpandDims axis
    extract_sequences math ExtractSequences sequence_length,sequence_stride
    fft math FFT
    fft2 math FFT2
    flip numpy Flip axis
    fold nn Fold output_size,kernel_size,dilation,padding,stride
    full numpy Full shape,dtype
    full_like numpy FullLike dtype
    gelu nn Gelu approximate
    glu nn Glu axis
    hard_shrink nn HardShrink threshold
    histogram numpy Histogram bins,range
    hsplit numpy Hsplit indices_or_sections
    ifft2 math IFFT2
    image.affine_transform image AffineTransform interpolation,fill_mode,fill_value,data_format
    image.crop_images image CropImages top_cropping,left_cropping,bottom_cropping,\
        right_cropping,target_height,target_width,data_format
    image.elastic_transform image ElasticTransform alpha,sigma,interpolation,fill_mode,\
        fill_value,seed,data_format
    image.extract_patches image ExtractPatches size,strides,dilation_rate,padding,data_format
    image.gaussian_blur image GaussianBlur kernel_size,sigma,data_format
    image.hsv_to_rgb image HSVToRGB data_format
    image.map_coordinates image MapCoordinates order,fill_mode,fill_value
    image.pad_images image PadImages top_padding,left_padding,bottom_padding,right_padding,\
        target_height,target_width,data_format
    image.perspective_transform image PerspectiveTransform interpolation,fill_value,data_format
    image.resize image Resize size,interpolation,antialias,crop_to_aspect_ratio,\
        pad_to_aspect_ratio,fill_mode,fill_value,data_format
    image.rgb_to_grayscale image RGBToGrayscale data_format
    image.rgb_to_hsv image RGBToHSV data_format
    image.scale_and_translate image ScaleAndTranslate spatial_dims,method,antialias
    image.sobel_edges image SobelEdges data_format
    image.ssim image SSIM max_val,filter_size,filter_sigma,k1,k2,data_format
    in_top_k math InTopK k
    irfft math IRFFT fft_length
    isclose numpy Isclose equal_nan
    isin numpy IsIn assume_unique,invert
    istft math ISTFT sequence_length,sequence_stride,fft_length,length,window,center
    layer_normalization nn LayerNorm axis,epsilon,rms_scaling
    leaky_relu nn LeakyRelu negative_slope
    log_softmax nn LogSoftmax axis
    logsumexp math Logsumexp axis,keepdims
    lstsq linalg Lstsq rcond
    matrix_rank linalg MatrixRank tol
    max numpy Max axis,keepdims,initial
    max_pool nn MaxPool pool_size,strides,padding,data_format
    mean numpy Mean axis,keepdims
    median numpy Median axis,keepdims
    meshgrid numpy Meshgrid indexing
    min numpy Min axis,keepdims,initial
    moments nn Moments axes,keepdims,synchronized
    moveaxis numpy Moveaxis source,destination
    multi_hot nn MultiHot num_classes,axis,dtype,sparse
    nan_to_num numpy NanToNum nan,posinf,neginf
    nanargmax numpy Nanargmax axis,keepdims
    nanargmin numpy Nanargmin axis,keepdims
    nancumprod numpy Nancumprod axis,dtype
    nancumsum numpy Nancumsum axis,dtype
    nanmax numpy Nanmax axis,keepdims
    nanmean numpy Nanmean axis,keepdims
    nanmedian numpy Nanmedian axis,keepdims
    nanmin numpy Nanmin axis,keepdims
    nanpercentile numpy Nanpercentile axis,method,keepdims
    nanprod numpy Nanprod axis,keepdims
    nanquantile numpy Nanquantile axis,method,keepdims
    nanstd numpy Nanstd axis,keepdims
    nansum numpy Nansum axis,keepdims
    nanvar numpy Nanvar axis,keepdims
    norm linalg Norm ord,axis,keepdims
    normalize nn Normalize axis,order,epsilon
    one_hot nn OneHot num_classes,axis,dtype,sparse
    pad numpy Pad pad_width,mode
    percentile numpy Percentile axis,method,keepdims
    pinv linalg Pinv rcond
    prod numpy Prod axis,keepdims,dtype
    psnr nn PSNR max_val
    ptp numpy Ptp axis,keepdims
    qr linalg Qr mode
    quantile numpy Quantile axis,method,keepdims
    repeat numpy Repeat repeats,axis
    reshape numpy Reshape newshape
    rfft math RFFT fft_length
    rms_normalization nn RMSNorm axis,epsilon
    roll numpy Roll shift,axis
    rot90 numpy Rot90 k,axes
    saturate_cast core SaturateCast dtype
    scatter core Scatter shape
    scatter_update core ScatterUpdate reduction
    searchsorted numpy SearchSorted side
    segment_max math SegmentMax num_segments,sorted
    segment_min math SegmentMin num_segments,sorted
    segment_prod math SegmentProd num_segments,sorted
    segment_sum math SegmentSum num_segments,sorted
    separable_conv nn SeparableConv strides,padding,data_format,dilation_rate
    slice core Slice shape
    soft_shrink nn SoftShrink threshold
    softmax nn Softmax axis
    solve_triangular linalg SolveTriangular lower
    sort numpy Sort axis
    space_to_depth nn SpaceToDepth block_size,data_format
    sparse_categorical_crossentropy nn SparseCategoricalCrossentropy from_logits,axis
    sparsemax nn Sparsemax axis
    split numpy Split indices_or_sections,axis
    squareplus nn Squareplus b
    squeeze numpy Squeeze axis
    stack numpy Stack axis
    std numpy Std axis,keepdims
    stft math STFT sequence_length,sequence_stride,fft_length,window,center
    sum numpy Sum axis,keepdims
    svd linalg SVD full_matrices,compute_uv
    swapaxes numpy Swapaxes axis1,axis2
    take numpy Take axis
    take_along_axis numpy TakeAlongAxis axis
    tensordot numpy Tensordot axes
    threshold nn Threshold threshold,default_value
    tile numpy Tile repeats
    top_k math TopK k,sorted
    trace numpy Trace offset,axis1,axis2
    transpose numpy Transpose axes
    trapezoid numpy Trapezoid x,dx,axis
    tril numpy Tril k
    triu numpy Triu k
    unfold nn Unfold kernel_size,dilation,padding,stride
    unique numpy Unique sorted,return_index,return_inverse,return_counts,axis,size,fill_value
    unravel_index numpy UnravelIndex shape
    unstack core Unstack num,axis
    vander numpy Vander N,increasing
    var numpy Var axis,keepdims
    view numpy View dtype
    vsplit numpy Vsplit indices_or_sections
"""


def _class_name(function: str) -> str:
    return "".join(part.capitalize() for part in function.split("_"))


def operation_classes() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Give for each function Keras's module and class, and the arguments of its constructor.

    Functions that take functions, and those that Keras has no class for, are left out.

    >>> operation_classes()["top_k"]
    ('math', 'TopK', ('k', 'sorted'))
    """
    found: dict[str, tuple[str, str, tuple[str, ...]]] = {
        name: (module, _class_name(name), ())
        for module, names in _PLAIN.items()
        for name in names.split()
    }
    for line in _WITH_ARGUMENTS.strip().splitlines():
        name, module, cls, *arguments = line.split()
        # Long lists are broken after a comma.
        found[name] = (module, cls, tuple("".join(arguments).split(",")) if arguments else ())
    return found
